import type { Clock } from '../clock.js';
import { type Change, keyOf, type Store } from '../store.js';

/** How long messages with one deduplication id are one: SQS's five minutes. */
const DEDUPLICATION = 5 * 60_000;

/** Deduplication ids of a mailbox, as long as they count. */
export class Recent {
  /** By key, until when. */
  private readonly ids = new Map<string, number>();

  constructor(
    private readonly boxId: string,
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  get size(): number {
    return this.ids.size;
  }

  async load(): Promise<void> {
    for (const [key, until] of await this.store.entries(keyOf('once', this.boxId, ''))) this.ids.set(key, until);
  }

  /** What is to be written where an id is new; undefined where it is not. From now on it counts. */
  take(id: string): Change | undefined {
    const key = keyOf('once', this.boxId, id);
    const now = this.clock.now();
    if ((this.ids.get(key) ?? 0) > now) return undefined;
    // At once, not when it is written: two may be sent in the same moment.
    this.ids.set(key, now + DEDUPLICATION);
    return { key, value: now + DEDUPLICATION };
  }

  /** Takes an id back: nothing was sent with it after all. */
  giveBack({ key }: Change): void {
    this.ids.delete(key);
  }

  /** Forgets those that no longer count. */
  async sweep(): Promise<void> {
    const now = this.clock.now();
    const old = [...this.ids].flatMap(([key, until]) => (until > now ? [] : [{ key }]));
    for (const { key } of old) this.ids.delete(key);
    if (old.length > 0) await this.store.commit(old);
  }
}
