/**
 * The live stream (server-sent events): what happens, merged. A service under load makes thousands of events a second, and a page
 * can show ten changes: per reader, the last state of each thing is kept and sent ten times a second, and a reader who does not
 * keep up loses events and is told so.
 */
import type { ServerResponse } from 'node:http';
import type { Inspector, LiveEvent, StreamEvent } from './protocol.js';

const FLUSH_MS = 100;
/** Proxies and sleeping laptops: what is dead is noticed when writing fails. */
const HEARTBEAT_MS = 15_000;
/** Invocations and log lines that wait for one flush: there is no end to them, while there are only so many of everything else. */
const MAX_PENDING = 2000;
/** Bytes that a reader has not taken yet. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/** Streams the inspector's events until the reader goes or `end` is called. */
export function openStream(inspector: Inspector, runId: string, response: ServerResponse, closed: () => void): () => void {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const write = (events: readonly StreamEvent[]) => response.write(`data: ${JSON.stringify(events)}\n\n`);
  const pending = new Pending();
  write([{ type: 'hello', runId }]);

  const flush = setInterval(() => {
    if (pending.isEmpty || response.writableLength > MAX_UNREAD_BYTES) return;
    write(pending.take());
  }, FLUSH_MS);
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);
  const unsubscribe = inspector.subscribe((event) => pending.add(event));

  let open = true;
  const end = () => {
    if (!open) return;
    open = false;
    clearInterval(flush);
    clearInterval(heartbeat);
    unsubscribe();
    response.end();
    closed();
  };
  response.once('close', end);
  return end;
}

/** Events that wait, the later state of a thing in place of the earlier one. */
export class Pending {
  private readonly byKey = new Map<string, LiveEvent>();
  private logs = 0;
  private endless = 0;
  private dropped = 0;

  get isEmpty(): boolean {
    return this.byKey.size === 0 && this.dropped === 0;
  }

  add(event: LiveEvent): void {
    const key = this.keyOf(event);
    const before = this.byKey.get(key);
    if (before === undefined && (event.type === 'log' || event.type === 'invocation') && ++this.endless > MAX_PENDING) {
      this.dropped++;
      return;
    }
    if (event.type === 'traffic' && before?.type === 'traffic')
      this.byKey.set(key, {
        ...event,
        count: before.count + event.count,
        failed: before.failed + event.failed,
        throttled: before.throttled + event.throttled,
      });
    else this.byKey.set(key, event);
  }

  take(): StreamEvent[] {
    const events: StreamEvent[] = [...this.byKey.values()];
    if (this.dropped > 0) events.push({ type: 'dropped', count: this.dropped });
    this.byKey.clear();
    this.endless = 0;
    this.dropped = 0;
    return events;
  }

  private keyOf(event: LiveEvent): string {
    switch (event.type) {
      case 'graph':
        return 'graph';
      case 'invocation':
        return `invocation ${event.invocation.id}`;
      case 'log':
        return `log ${this.logs++}`;
      case 'traffic':
        return `traffic ${event.edgeId}`;
      case 'queue':
        return `queue ${event.queue.id}`;
      case 'topic':
        return `topic ${event.topic.id}`;
      case 'bucket':
        return `bucket ${event.bucket.id}`;
      case 'schedule':
        return `schedule ${event.schedule.id}`;
      case 'socket':
        return `socket ${event.socket.id}`;
      case 'connection':
        return `connection ${event.connection.id}`;
      case 'alarm':
        return `alarm ${event.alarm.id}`;
      case 'reload':
        return `reload ${event.functionId}`;
    }
  }
}
