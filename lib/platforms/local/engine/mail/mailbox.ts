import { setTimeout as pause } from 'node:timers/promises';
import type { ErrorSummary, MessageState } from '../../console/protocol.js';
import type { Clock } from '../clock.js';
import type { Sequence } from '../sequence.js';
import type { Change, Store } from '../store.js';
import { DeadLetters } from './dead-letters.js';
import type { Entry, Letter } from './letter.js';
import { Letters } from './letters.js';
import { type Posting, post } from './posting.js';
import { Recent } from './recent.js';
import { Waiting } from './waiting.js';
import { Wake } from './wake.js';

/** Milliseconds between tries to write what could not be written. */
const RETRY = 1000;

/** Milliseconds between looks for what is older than its retention. */
const SWEEP = 60_000;

export interface MailboxSettings {
  /** Deliveries of one letter before it is dead. */
  readonly maxAttempts: number;
  /** Whether dead letters are kept. */
  readonly deadLetters: boolean;
  /** Milliseconds; without it, as long as it takes. */
  readonly retention?: number;
  readonly deadLetterRetention?: number;
  /** Milliseconds from being sent to the first delivery. */
  readonly delay?: number;
  /** Milliseconds from a failed delivery to the next one, by the number of the one that failed. */
  backoff(attempt: number): number;
}

export interface SendSettings {
  /** Milliseconds, over the mailbox's own. */
  readonly delay?: number;
  readonly deduplicationId?: string;
}

/** A letter that failed, and how. */
export interface Failure {
  readonly entry: Entry;
  readonly error?: ErrorSummary;
  readonly invocationId?: string;
}

/**
 * Letters that wait for a function: those of a queue, or the events of one function. Whatever it says has happened is in the store
 * already; only who is next is in memory.
 */
export class Mailbox {
  /** Letters that a function is working on. */
  readonly inFlight = new Set<Entry>();
  readonly dead: DeadLetters;
  /** Grows with every change. */
  revision = 0;
  /** Told when something may be taken, or anything changed. */
  onReady: () => void = () => {};
  onChange: () => void = () => {};
  private readonly line = new Waiting();
  private readonly recent: Recent;
  private readonly letters: Letters;
  /** When the next one becomes visible, and when to look for what is too old. */
  private readonly wake: Wake;
  private readonly sweeping: Wake;
  private closed = false;

  constructor(
    readonly id: string,
    readonly settings: MailboxSettings,
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly sequence: Sequence,
  ) {
    this.letters = new Letters(id, store);
    this.dead = new DeadLetters(id, settings.deadLetters, this.letters, store, clock);
    this.recent = new Recent(id, store, clock);
    this.wake = new Wake(clock, () => this.changed());
    // What cannot be written now is looked at again.
    const again = () => this.changed();
    this.sweeping = new Wake(clock, () => void this.sweep().then(again, again));
  }

  /** Finds what an earlier process left. What it was working on is delivered again. */
  async load(): Promise<void> {
    const changes: Change[] = [];
    const { maxAttempts } = this.settings;
    for (const entry of await this.letters.entries()) {
      this.sequence.seen(entry.sequence);
      if (entry.attempts < maxAttempts) this.line.add(entry);
      else changes.push(...this.dead.burial(entry, `the process ended during delivery ${entry.attempts} of ${maxAttempts}`));
    }
    await this.store.commit(changes);
    await this.dead.load(this.sequence);
    await this.recent.load();
  }

  /** Starts the deliveries, once somebody listens. */
  begin(): void {
    this.changed();
  }

  close(): void {
    this.closed = true;
    this.wake.cancel();
    this.sweeping.cancel();
    this.onReady = () => {};
  }

  /** Has a letter ready to be posted; undefined where it was sent before. */
  prepare(letter: Letter, { delay, deduplicationId }: SendSettings = {}): Posting | undefined {
    const once = deduplicationId === undefined ? undefined : this.recent.take(deduplicationId);
    if (deduplicationId !== undefined && !once) return undefined;
    const entry: Entry = {
      sequence: this.sequence.next(),
      id: letter.id,
      bytes: letter.body?.length ?? 0,
      group: letter.group,
      sentTimeMs: letter.sentTimeMs,
      visibleTimeMs: this.clock.now() + (delay ?? this.settings.delay ?? 0),
      attempts: 0,
    };
    return {
      changes: [...this.letters.addition(entry, letter), ...(once ? [once] : [])],
      sent: () => {
        this.line.add(entry);
        this.changed();
      },
      failed: () => {
        if (once) this.recent.giveBack(once);
      },
    };
  }

  /** Resolves when the store has it. */
  async send(letter: Letter, settings?: SendSettings): Promise<void> {
    const posting = this.prepare(letter, settings);
    // The one that was sent before may not be written yet.
    await post(this.store, posting ? [posting] : []);
  }

  /** Letters that could be delivered now, and since when the first one could. */
  ready(): { readonly count: number; readonly since: number } {
    return this.line.ready(this.clock.now());
  }

  /** Letters for one delivery, which is counted before it begins. */
  async take(max: number): Promise<{ entry: Entry; letter: Letter }[]> {
    const entries = this.line.take(this.clock.now(), max);
    for (const entry of entries) {
      entry.attempts++;
      this.inFlight.add(entry);
    }
    await this.persist(entries.map((entry) => this.letters.state(entry)));
    return entries.map((entry) => ({ entry, letter: this.letters.read(entry)! }));
  }

  /** Ends a delivery: those that did not fail are done with, the others come again or are dead. */
  async finish(entries: readonly Entry[], failures: readonly Failure[]): Promise<void> {
    const failed = new Map(failures.map((failure) => [failure.entry, failure]));
    const now = this.clock.now();
    const changes: Change[] = [];
    const back: Entry[] = [];
    let dead = 0;
    for (const entry of entries) {
      const failure = failed.get(entry);
      if (!failure) {
        changes.push(...this.letters.removal(entry));
        continue;
      }
      entry.lastError = failure.error && { name: failure.error.name, message: failure.error.message.slice(0, 1000) };
      entry.lastInvocationId = failure.invocationId;
      if (entry.attempts < this.settings.maxAttempts) {
        entry.visibleTimeMs = now + this.settings.backoff(entry.attempts);
        changes.push(this.letters.state(entry));
        back.push(entry);
      } else {
        changes.push(...this.dead.burial(entry, `failed ${entry.attempts} of ${this.settings.maxAttempts} deliveries`));
        dead++;
      }
    }
    await this.persist(changes);
    for (const entry of entries) {
      this.inFlight.delete(entry);
      this.line.letGo(entry);
    }
    for (const entry of back) this.line.add(entry);
    this.dead.buried(dead);
    this.changed();
  }

  /** How many wait or are worked on by state, and since when the oldest. */
  summary(): { readonly waiting: number; readonly oldestTimeMs?: number } {
    let oldestTimeMs: number | undefined;
    for (const { sentTimeMs } of this.everything()) oldestTimeMs = Math.min(oldestTimeMs ?? sentTimeMs, sentTimeMs);
    return { waiting: this.line.size, oldestTimeMs };
  }

  /** Those that wait, the oldest first, or are worked on. */
  waiting(): { readonly entry: Entry; readonly state: Exclude<MessageState, 'dead'> }[] {
    const now = this.clock.now();
    const state = (entry: Entry) => (entry.visibleTimeMs <= now ? ('ready' as const) : ('delayed' as const));
    return [
      ...[...this.inFlight].map((entry) => ({ entry, state: 'inFlight' as const })),
      ...[...this.line.entries()].map((entry) => ({ entry, state: state(entry) })),
    ].sort((a, b) => (a.entry.sequence < b.entry.sequence ? -1 : 1));
  }

  letterOf(entry: Entry): Letter | undefined {
    return this.letters.read(entry);
  }

  /** Makes dead letters ready again, with no attempts counted. */
  async redrive(messageId?: string): Promise<number> {
    const entries = await this.dead.redrive(messageId);
    for (const entry of entries) this.line.add(entry);
    this.changed();
    return entries.length;
  }

  /** Drops letters for good. */
  async purge(which: 'dead' | 'waiting'): Promise<number> {
    if (which === 'waiting') return this.drop([...this.line.entries()]);
    const count = await this.dead.purge();
    this.changed();
    return count;
  }

  /** Drops what is older than its retention. */
  private async sweep(): Promise<void> {
    const { retention, deadLetterRetention } = this.settings;
    const now = this.clock.now();
    await this.recent.sweep();
    if (retention !== undefined) {
      const old = [...this.line.entries()].filter(({ sentTimeMs }) => sentTimeMs + retention <= now);
      if (old.length > 0) await this.drop(old);
    }
    if (deadLetterRetention !== undefined && this.dead.count > 0) await this.dead.purge(deadLetterRetention);
  }

  private *everything(): Iterable<Entry> {
    yield* this.inFlight;
    yield* this.line.entries();
  }

  private async drop(entries: readonly Entry[]): Promise<number> {
    const dropped = entries.filter((entry) => this.line.remove(entry));
    await this.store.commit(dropped.flatMap((entry) => this.letters.removal(entry)));
    this.changed();
    return dropped.length;
  }

  /** Tells who waits for letters, now and when the next one becomes visible. */
  private changed(): void {
    this.revision++;
    this.onChange();
    if (this.closed) return;
    const now = this.clock.now();
    if (this.line.size + this.dead.count + this.recent.size > 0) this.sweeping.at(now + SWEEP);
    if (this.ready().count > 0) this.onReady();
    const next = this.line.nextTime(now);
    if (next === undefined) this.wake.cancel();
    else this.wake.at(next);
  }

  /** What is happening cannot be refused: it goes on when it can be written. @throws at the end of the process */
  private async persist(changes: readonly Change[]): Promise<void> {
    for (;;) {
      try {
        return await this.store.commit(changes);
      } catch (error) {
        if (this.closed) throw error;
        await pause(RETRY);
      }
    }
  }
}
