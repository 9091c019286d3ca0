import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Ring } from './ring.js';

/** In the ring: the next message is at the port. */
const AT_PORT = '';

/** What the port brings beside messages that are not in line. */
type Posted = { readonly type: 'line'; readonly message: any } | { readonly type: 'wake' };

/**
 * Sends messages to another thread, which gets them in this order. Those that are plain JSON and small go through a ring, others by
 * the port.
 */
export class Outbox {
  constructor(
    readonly ring: Ring,
    private readonly port: MessagePort,
  ) {}

  /**
   * @param data bytes that go with a message of JSON
   * @returns false when there is no room for it now
   */
  json(message: object, data?: Uint8Array): boolean {
    const text = JSON.stringify(message);
    return this.ring.takes(text, data) ? this.ring.write(text, data) : this.any({ ...message, ...(data && { data }) });
  }

  /** Sends what only structured cloning can copy. */
  any(message: object): boolean {
    // Before the mark, so that it is there when the mark is read.
    if (!this.ring.hasRoom) return false;
    this.port.postMessage({ type: 'line', message });
    return this.ring.write(AT_PORT);
  }

  /** Sends past the line. */
  post(message: object): void {
    this.port.postMessage(message);
  }

  /** Wakes the other thread up if it sleeps. */
  wake(): void {
    if (this.ring.wake()) this.port.postMessage({ type: 'wake' });
  }
}

/** The other end. */
export class Inbox<Message extends object, Other extends { readonly type: string }> {
  private readonly posted: Message[] = [];

  /**
   * @param other takes what is not in line
   * @param onMore there is something in line, and nobody has looked
   */
  constructor(
    private readonly ring: Ring,
    private readonly port: MessagePort,
    private readonly other: (message: Other) => void,
    onMore: () => void,
  ) {
    port.on('message', (message: Posted | Other) => {
      if (message.type === 'line') this.sort(message);
      // Before what is not in line: it is about what came before it.
      onMore();
      if (message.type !== 'line') this.sort(message);
    });
  }

  /** The next message in line, or undefined. */
  next(): Message | undefined {
    const piece = this.ring.read();
    if (!piece) return undefined;
    if (piece.text !== AT_PORT) {
      const message = JSON.parse(piece.text);
      if (piece.data) message.data = piece.data;
      return message;
    }
    while (this.posted.length === 0) {
      const received = receiveMessageOnPort(this.port);
      if (!received) return undefined;
      this.sort(received.message);
    }
    return this.posted.shift();
  }

  /** Says that nobody looks any more until `onMore` is called. @returns false when there is something */
  sleep(): boolean {
    return this.ring.sleep();
  }

  private sort(message: Posted | Other): void {
    if (message.type === 'line') this.posted.push((message as any).message);
    else if (message.type !== 'wake') this.other(message as Other);
  }
}
