import type { Clock } from '../clock.js';
import type { Sequence } from '../sequence.js';
import { type Change, keyOf, type Store } from '../store.js';
import type { DeadLetter, Entry } from './letter.js';
import type { Letters } from './letters.js';

/** Letters of a mailbox whose deliveries all failed: there until somebody sends them again, or they are too old. */
export class DeadLetters {
  count = 0;
  /** One look through them after the other: none is to be sent again twice. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly boxId: string,
    /** Whether they are kept at all. */
    private readonly isKept: boolean,
    private readonly letters: Letters,
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async load(sequence: Sequence): Promise<void> {
    for (const [key] of await this.store.entries(keyOf('dead', this.boxId, ''))) {
      sequence.seen(key.slice(key.lastIndexOf('\0') + 1));
      this.count++;
    }
  }

  /** What is to be written when a letter dies; when it is, they are to be {@link buried}. */
  burial(entry: Entry, deathReason: string): Change[] {
    const removal = this.letters.removal(entry);
    if (!this.isKept) return removal;
    const letter = this.letters.read(entry)!;
    const dead: DeadLetter = { entry: { ...entry }, letter, deathReason, deathTimeMs: this.clock.now() };
    return [...removal, { key: this.key(entry), value: dead }];
  }

  buried(count: number): void {
    if (this.isKept) this.count += count;
  }

  /** The latest first. */
  async list(): Promise<DeadLetter[]> {
    const found = await this.store.entries(keyOf('dead', this.boxId, ''));
    return found.map(([, letter]) => letter as DeadLetter).reverse();
  }

  /** Makes one, or all, letters that wait again, with no attempts counted. */
  redrive(messageId?: string): Promise<Entry[]> {
    return this.inTurn(async () => {
      const chosen = (await this.list()).filter(({ letter }) => messageId === undefined || letter.id === messageId).reverse();
      const visibleTimeMs = this.clock.now();
      const alive = chosen.map(({ entry, letter }) => ({ entry: { ...entry, visibleTimeMs, attempts: 0 }, letter }));
      const changes = alive.flatMap(({ entry, letter }) => [{ key: this.key(entry) }, ...this.letters.addition(entry, letter)]);
      await this.store.commit(changes);
      this.count -= alive.length;
      return alive.map(({ entry }) => entry);
    });
  }

  /** Drops those that died so many milliseconds ago, or before. */
  purge(age = 0): Promise<number> {
    return this.inTurn(async () => {
      const now = this.clock.now();
      const old = (await this.list()).filter(({ deathTimeMs }) => deathTimeMs + age <= now);
      await this.store.commit(old.map(({ entry }) => ({ key: this.key(entry) })));
      this.count -= old.length;
      return old.length;
    });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.turn.then(work);
    this.turn = turn.catch(() => {});
    return turn;
  }

  private key(entry: Entry): string {
    return keyOf('dead', this.boxId, entry.sequence);
  }
}
