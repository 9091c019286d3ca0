import { randomUUID } from 'node:crypto';
import type { EventQuery, PastEvent, SavedEvent, SendKind, SendRequest } from '../../console/protocol.js';
import { Sequence } from '../sequence.js';
import { type Change, keyOf, type Store } from '../store.js';
import type { Credentials } from './credentials.js';

/** Events that are kept. */
const KEPT = 2000;
/** Of those that came since the last time, the latest so many are written. */
const WRITTEN = 200;

/** An event that came in. What sends it again is made when it is asked for. */
export interface Incoming {
  readonly kind: SendKind;
  readonly resourceId: string;
  readonly title: string;
  readonly timeMs: number;
  readonly traceId: string;
  /** Undefined where it was too large to keep. */
  readonly request?: () => SendRequest | undefined;
}

/** Events of the past, to be sent again, and events that a user saved under a name. */
export class PastEvents {
  private readonly events = new Map<string, Incoming | PastEvent>();
  private readonly fresh = new Set<string>();
  private stored: string[] = [];
  private readonly sequence = new Sequence();

  constructor(
    private readonly store: Store,
    private readonly credentials: Credentials,
  ) {}

  async load(): Promise<void> {
    for (const [key, event] of (await this.store.entries(keyOf('event', ''))) as [string, PastEvent][]) {
      this.events.set(event.id, event);
      this.stored.push(key);
      this.sequence.seen(key.slice(key.lastIndexOf('\0') + 1));
    }
  }

  /** @returns its id */
  add(event: Incoming): string {
    const id = randomUUID();
    this.events.set(id, event);
    this.fresh.add(id);
    if (this.fresh.size > WRITTEN) this.fresh.delete(this.fresh.keys().next().value!);
    if (this.events.size > KEPT) this.events.delete(this.events.keys().next().value!);
    return id;
  }

  /** Takes one back that nobody need see. */
  forget(id: string): void {
    this.events.delete(id);
    this.fresh.delete(id);
  }

  /** As it is shown. */
  get(id: string): PastEvent | undefined {
    const event = this.events.get(id);
    if (!event || 'id' in event) return event;
    const request = event.request?.();
    return { ...event, id, request: request && this.credentials.request(request) };
  }

  /** What was sent, with its credentials unless it is of an earlier process. */
  original(id: string): SendRequest | undefined {
    const event = this.events.get(id);
    return event && ('id' in event ? event.request : event.request?.());
  }

  /** The latest first. */
  *list({ resourceId, kind }: EventQuery): Iterable<PastEvent> {
    for (const id of [...this.events.keys()].reverse()) {
      const event = this.events.get(id)!;
      if (resourceId !== undefined && event.resourceId !== resourceId) continue;
      if (kind !== undefined && event.kind !== kind) continue;
      yield this.get(id)!;
    }
  }

  /** What is to be written of what came since the last time. */
  changes(): Change[] {
    const fresh = [...this.fresh].flatMap((id) => this.get(id) ?? []);
    this.fresh.clear();
    const changes: Change[] = fresh.map((value) => {
      const key = keyOf('event', this.sequence.next());
      this.stored.push(key);
      return { key, value };
    });
    const old = this.stored.splice(0, Math.max(0, this.stored.length - KEPT));
    return [...changes, ...old.map((key) => ({ key }))];
  }

  async saved(): Promise<SavedEvent[]> {
    const found = (await this.store.entries(keyOf('saved', ''))).map(([, event]) => event as SavedEvent);
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async save(name: string, request: SendRequest, savedTimeMs: number): Promise<SavedEvent> {
    const before = (await this.saved()).find((event) => event.name === name);
    const kept = this.credentials.request(request);
    const event: SavedEvent = { id: before?.id ?? randomUUID(), name, savedTimeMs, request: kept };
    await this.store.commit([{ key: keyOf('saved', event.id), value: event }]);
    return event;
  }

  /** @returns whether there was one */
  async deleteSaved(id: string): Promise<boolean> {
    const key = keyOf('saved', id);
    const found = this.store.read(key) !== undefined;
    await this.store.commit([{ key }]);
    return found;
  }
}
