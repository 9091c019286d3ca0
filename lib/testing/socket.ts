import { FaastenError } from '../core/errors.js';

/** Milliseconds of the machine's time that a message may take. */
const PATIENCE = 10_000;

/** A client that is connected to a WebSocket API. */
export class TestSocket {
  /** Resolves when the connection has ended. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  private readonly waiting: unknown[] = [];
  private wake: () => void = () => {};

  /** @internal */
  static connect(url: string, headers: Readonly<Record<string, string>>): Promise<TestSocket> {
    // Only here: few tests need one.
    const { WebSocket } = require('ws') as typeof import('ws');
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { headers });
      const client = new TestSocket(socket);
      socket.once('open', () => resolve(client));
      socket.once('error', reject);
      socket.once('unexpected-response', (_request, response) => {
        socket.terminate();
        const status = response.statusCode!;
        reject(Object.assign(new Error(`the connection was refused with ${status} ${response.statusMessage}`), { status }));
      });
    });
  }

  private constructor(private readonly socket: import('ws').WebSocket) {
    socket.on('error', () => {});
    socket.on('message', (data) => {
      this.waiting.push(jsonOf(data.toString()));
      this.wake();
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.wake();
      });
    });
  }

  /** Sends a message: text as it is, anything else as JSON. */
  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /**
   * The next message that was not asked for yet; JSON is parsed. Waits for it.
   * @throws when the connection ends without one, or none comes in ten seconds
   */
  async next(): Promise<unknown> {
    const until = Date.now() + PATIENCE;
    while (this.waiting.length === 0) {
      if (this.socket.readyState === this.socket.CLOSED)
        throw new FaastenError('not-found', 'no message came before the connection ended');
      const left = until - Date.now();
      if (left <= 0) throw new FaastenError('not-found', 'no message came in ten seconds');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.waiting.shift();
  }

  /** Ends the connection, and resolves when it has ended. */
  async close(): Promise<void> {
    this.socket.close(1000);
    await this.closed;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
