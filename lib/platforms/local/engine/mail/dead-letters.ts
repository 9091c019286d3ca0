import type { Clock } from '../clock.js';
import type { Sequence } from '../sequence.js';
import { type Change, keyOf, type Store } from '../store.js';
import type { DeadLetter, Entry, Letter } from './letter.js';

/** Letters of a mailbox whose deliveries all failed: there until somebody sends them again, or they are too old. */
export class DeadLetters {
  count = 0;

  constructor(
    private readonly boxId: string,
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async load(sequence: Sequence): Promise<void> {
    for (const [key] of await this.store.entries(keyOf('dead', this.boxId, ''))) {
      sequence.seen(key.slice(key.lastIndexOf('\0') + 1));
      this.count++;
    }
  }

  /** What is to be written when one dies. */
  burial(entry: Entry, letter: Letter, deathReason: string): Change {
    const dead: DeadLetter = { entry: { ...entry }, letter, deathReason, deathTimeMs: this.clock.now() };
    return { key: this.key(entry), value: dead };
  }

  /** What is to be written when it is gone. */
  removal({ entry }: DeadLetter): Change {
    return { key: this.key(entry) };
  }

  /** The latest first. */
  async list(): Promise<DeadLetter[]> {
    const found = await this.store.entries(keyOf('dead', this.boxId, ''));
    return found.map(([, letter]) => letter as DeadLetter).reverse();
  }

  /** Drops those that died so many milliseconds ago, or before. */
  async purge(age = 0): Promise<number> {
    const now = this.clock.now();
    const old = (await this.list()).filter(({ deathTimeMs }) => deathTimeMs + age <= now);
    if (old.length === 0) return 0;
    await this.store.commit(old.map((letter) => this.removal(letter)));
    this.count -= old.length;
    return old.length;
  }

  private key(entry: Entry): string {
    return keyOf('dead', this.boxId, entry.sequence);
  }
}
