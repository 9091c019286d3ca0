import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import { CONNECTION_SECONDS, IDLE_SECONDS } from '../../limits.js';
import type { Clock } from '../clock.js';
import type { Client } from './events.js';

/** Close code of an end that nobody asked for: RFC 6455, 7.4.1. */
export const GOING_AWAY = 1001;

/** What happens on a connection. */
export interface ConnectionListener {
  onMessage(connection: Connection, text: string): void;
  onGone(connection: Connection, code: number, reason: string): void;
}

/** One client that is connected, for two hours at most, and not without messages for ten minutes. */
export class Connection {
  /** Resolves when it has ended. */
  readonly gone: Promise<void>;
  private idleSince: number;
  private readonly cancels = new Map<'idle' | 'end', () => void>();

  constructor(
    readonly client: Client,
    private readonly socket: WebSocket,
    private readonly clock: Clock,
    listener: ConnectionListener,
  ) {
    this.idleSince = clock.now();
    this.cancels.set(
      'end',
      clock.at(client.connectedAt + CONNECTION_SECONDS * 1000, () => this.close(GOING_AWAY, 'Connection duration exceeded')),
    );
    this.watch();
    socket.on('message', (data) => {
      this.idleSince = clock.now();
      listener.onMessage(this, data.toString());
    });
    // What is wrong with a frame is told by the code with which the connection ends.
    socket.on('error', () => {});
    this.gone = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        for (const cancel of this.cancels.values()) cancel();
        listener.onGone(this, code, reason.toString());
        resolve();
      });
    });
  }

  /** Resolves when the message is with the operating system; false where the client has gone. */
  send(text: string): Promise<boolean> {
    if (this.socket.readyState !== this.socket.OPEN) return Promise.resolve(false);
    this.idleSince = this.clock.now();
    return new Promise((resolve) => this.socket.send(text, (error) => resolve(!error)));
  }

  close(code?: number, reason?: string): void {
    this.socket.close(code, reason);
  }

  /** Without waiting for the client. */
  terminate(): void {
    this.socket.terminate();
  }

  private watch(): void {
    const due = this.idleSince + IDLE_SECONDS * 1000;
    this.cancels.set(
      'idle',
      this.clock.at(due, () => {
        if (this.clock.now() >= this.idleSince + IDLE_SECONDS * 1000) this.close(GOING_AWAY, 'Going away');
        else this.watch();
      }),
    );
  }
}

/** As long and as readable as those of API Gateway. */
export function newConnectionId(): string {
  return randomBytes(12).toString('base64url');
}
