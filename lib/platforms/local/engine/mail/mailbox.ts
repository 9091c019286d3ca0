import type { ErrorSummary, MessageState } from '../../console/protocol.js';
import type { Clock } from '../clock.js';
import type { Sequence } from '../sequence.js';
import { type Change, keyOf, type Store } from '../store.js';
import type { DeadLetter, Entry, Letter } from './letter.js';
import { GroupedLine, type Line, LooseLine } from './line.js';

/** How long messages with one deduplication id are one: SQS's five minutes. */
const DEDUPLICATION = 5 * 60_000;

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
  deadCount = 0;
  /** Grows with every change. */
  revision = 0;
  /** Told when something may be taken, or anything changed. */
  onReady: () => void = () => {};
  onChange: () => void = () => {};
  onDead: (entry: Entry) => void = () => {};
  private readonly loose = new LooseLine();
  private readonly grouped = new GroupedLine();
  private readonly recent = new Map<string, number>();
  private cancelSweep?: () => void;
  private closed = false;
  private wake?: { readonly timeMs: number; readonly cancel: () => void };

  constructor(
    readonly id: string,
    readonly settings: MailboxSettings,
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly sequence: Sequence,
  ) {}

  /** Finds what an earlier process left. What it was working on is delivered again. */
  async load(): Promise<void> {
    const changes: Change[] = [];
    for (const [, entry] of (await this.store.entries(keyOf('state', this.id, ''))) as [string, Entry][]) {
      this.sequence.seen(entry.sequence);
      if (entry.attempts < this.settings.maxAttempts) this.lineOf(entry).add(entry);
      else
        changes.push(
          ...this.burial(entry, `the process ended during delivery ${entry.attempts} of ${this.settings.maxAttempts}`),
        );
    }
    await this.store.commit(changes);
    for (const [key] of await this.store.entries(keyOf('dead', this.id, ''))) {
      this.sequence.seen(key.slice(key.lastIndexOf('\0') + 1));
      this.deadCount++;
    }
    for (const [key, until] of await this.store.entries(keyOf('once', this.id, ''))) this.recent.set(key, until);
  }

  /** What is to be written to send a letter, and what to call when it is; undefined where it was sent before. */
  prepare(letter: Letter, { delay, deduplicationId }: SendSettings = {}): { changes: Change[]; sent(): void } | undefined {
    const now = this.clock.now();
    const once = deduplicationId === undefined ? undefined : keyOf('once', this.id, deduplicationId);
    if (once !== undefined) {
      if ((this.recent.get(once) ?? 0) > now) return undefined;
      // At once, not when it is written: two may be sent in the same moment.
      this.recent.set(once, now + DEDUPLICATION);
    }
    const entry: Entry = {
      sequence: this.sequence.next(),
      id: letter.id,
      bytes: letter.body?.length ?? 0,
      group: letter.group,
      sentTimeMs: letter.sentTimeMs,
      visibleTimeMs: now + (delay ?? this.settings.delay ?? 0),
      attempts: 0,
    };
    const changes: Change[] = [{ key: this.key('letter', entry), value: letter }, this.stateOf(entry)];
    if (once !== undefined) changes.push({ key: once, value: now + DEDUPLICATION });
    return {
      changes,
      sent: () => {
        this.lineOf(entry).add(entry);
        this.changed();
      },
    };
  }

  /** Resolves when the store has it. */
  async send(letter: Letter, settings?: SendSettings): Promise<void> {
    const prepared = this.prepare(letter, settings);
    // The one that was sent before may not be written yet.
    await this.store.commit(prepared?.changes ?? []);
    if (!prepared) return;
    prepared.sent();
  }

  /** Letters that could be delivered now, and since when the first one could. */
  ready(): { readonly count: number; readonly since: number } {
    const now = this.clock.now();
    const [a, b] = [this.loose.ready(now), this.grouped.ready(now)];
    return { count: a.count + b.count, since: Math.min(a.since, b.since) };
  }

  /** Letters for one delivery, which is counted before it begins. */
  async take(max: number): Promise<{ entry: Entry; letter: Letter }[]> {
    const now = this.clock.now();
    const entries = this.loose.take(now, max);
    entries.push(...this.grouped.take(now, max - entries.length));
    for (const entry of entries) {
      entry.attempts++;
      this.inFlight.add(entry);
    }
    await this.store.commit(entries.map((entry) => this.stateOf(entry)));
    return entries.map((entry) => ({ entry, letter: this.store.read(this.key('letter', entry)) as Letter }));
  }

  /** Ends a delivery: those that did not fail are done with, the others come again or are dead. */
  async finish(entries: readonly Entry[], failures: readonly Failure[]): Promise<void> {
    const failed = new Map(failures.map((failure) => [failure.entry, failure]));
    const now = this.clock.now();
    const changes: Change[] = [];
    const back: Entry[] = [];
    const dead: Entry[] = [];
    for (const entry of entries) {
      const failure = failed.get(entry);
      if (!failure) {
        changes.push(...this.removal(entry));
        continue;
      }
      entry.lastError = failure.error && { name: failure.error.name, message: failure.error.message.slice(0, 1000) };
      entry.lastInvocationId = failure.invocationId;
      if (entry.attempts < this.settings.maxAttempts) {
        entry.visibleTimeMs = now + this.settings.backoff(entry.attempts);
        changes.push(this.stateOf(entry));
        back.push(entry);
      } else {
        changes.push(...this.burial(entry, `failed ${entry.attempts} of ${this.settings.maxAttempts} deliveries`));
        dead.push(entry);
      }
    }
    await this.store.commit(changes);
    for (const entry of entries) {
      this.inFlight.delete(entry);
      this.lineOf(entry).letGo(entry);
    }
    for (const entry of back) this.lineOf(entry).add(entry);
    if (this.settings.deadLetters) this.deadCount += dead.length;
    for (const entry of dead) this.onDead(entry);
    this.changed();
  }

  /** How many wait or are worked on by state, and since when the oldest. */
  summary(): { readonly waiting: number; readonly oldestTimeMs?: number } {
    let oldestTimeMs: number | undefined;
    for (const { sentTimeMs } of this.everything()) oldestTimeMs = Math.min(oldestTimeMs ?? sentTimeMs, sentTimeMs);
    return { waiting: this.loose.size + this.grouped.size, oldestTimeMs };
  }

  /** Those that wait, the oldest first, or are worked on. */
  waiting(): { readonly entry: Entry; readonly state: Exclude<MessageState, 'dead'> }[] {
    const now = this.clock.now();
    const state = (entry: Entry) => (entry.visibleTimeMs <= now ? ('ready' as const) : ('delayed' as const));
    return [
      ...[...this.inFlight].map((entry) => ({ entry, state: 'inFlight' as const })),
      ...[...this.loose.entries(), ...this.grouped.entries()].map((entry) => ({ entry, state: state(entry) })),
    ].sort((a, b) => (a.entry.sequence < b.entry.sequence ? -1 : 1));
  }

  letterOf(entry: Entry): Letter | undefined {
    return this.store.read(this.key('letter', entry));
  }

  /** The latest first. */
  async dead(): Promise<DeadLetter[]> {
    const found = await this.store.entries(keyOf('dead', this.id, ''));
    return found.map(([, letter]) => letter as DeadLetter).reverse();
  }

  /** Makes dead letters ready again, with no attempts counted. */
  async redrive(messageId?: string): Promise<number> {
    const chosen = (await this.dead()).filter(({ letter }) => messageId === undefined || letter.id === messageId).reverse();
    const entries = chosen.map(({ entry }) => ({ ...entry, visibleTimeMs: this.clock.now(), attempts: 0 }));
    const changes = chosen.flatMap(({ entry, letter }, index) => [
      { key: this.key('dead', entry) },
      { key: this.key('letter', entry), value: letter },
      this.stateOf(entries[index]!),
    ]);
    await this.store.commit(changes);
    for (const entry of entries) this.lineOf(entry).add(entry);
    this.deadCount -= entries.length;
    this.changed();
    return entries.length;
  }

  /** Drops letters for good. */
  async purge(which: 'dead' | 'waiting'): Promise<number> {
    if (which === 'dead') {
      const keys = (await this.store.entries(keyOf('dead', this.id, ''))).map(([key]) => ({ key }));
      await this.store.commit(keys);
      this.deadCount -= keys.length;
      this.changed();
      return keys.length;
    }
    return this.drop([...this.loose.entries(), ...this.grouped.entries()]);
  }

  /** Drops what is older than its retention. */
  private async sweep(): Promise<void> {
    const now = this.clock.now();
    for (const [key, until] of this.recent) {
      if (until > now) continue;
      this.recent.delete(key);
      await this.store.commit([{ key }]);
    }
    const { retention, deadLetterRetention } = this.settings;
    if (retention !== undefined) {
      const all = [...this.loose.entries(), ...this.grouped.entries()];
      const old = all.filter(({ sentTimeMs }) => sentTimeMs + retention <= now);
      if (old.length > 0) await this.drop(old);
    }
    if (deadLetterRetention !== undefined && this.deadCount > 0) {
      const old = (await this.dead()).filter(({ deathTimeMs }) => deathTimeMs + deadLetterRetention <= now);
      await this.store.commit(old.map(({ entry }) => ({ key: this.key('dead', entry) })));
      this.deadCount -= old.length;
    }
  }

  close(): void {
    this.closed = true;
    this.wake?.cancel();
    this.cancelSweep?.();
    this.onReady = () => {};
  }

  private *everything(): Iterable<Entry> {
    yield* this.inFlight;
    yield* this.loose.entries();
    yield* this.grouped.entries();
  }

  private async drop(entries: readonly Entry[]): Promise<number> {
    const dropped = entries.filter((entry) => this.lineOf(entry).remove(entry));
    await this.store.commit(dropped.flatMap((entry) => this.removal(entry)));
    this.changed();
    return dropped.length;
  }

  /** Tells who waits for letters, now and when the next one becomes visible. */
  private changed(): void {
    this.revision++;
    this.onChange();
    if (this.closed) return;
    const now = this.clock.now();
    if (this.loose.size + this.grouped.size + this.deadCount + this.recent.size > 0) this.sweepLater(now);
    if (this.ready().count > 0) this.onReady();
    const next = Math.min(this.loose.nextTime(now) ?? Infinity, this.grouped.nextTime(now) ?? Infinity);
    if (this.wake && this.wake.timeMs <= next && this.wake.timeMs > now) return;
    this.wake?.cancel();
    this.wake =
      next === Infinity
        ? undefined
        : {
            timeMs: next,
            cancel: this.clock.at(next, () => {
              this.wake = undefined;
              this.changed();
            }),
          };
  }

  private sweepLater(now: number): void {
    this.cancelSweep ??= this.clock.at(now + SWEEP, () => {
      this.cancelSweep = undefined;
      // What cannot be written now is looked at again.
      this.sweep().then(
        () => this.changed(),
        () => this.changed(),
      );
    });
  }

  /** Starts the deliveries, once somebody listens. */
  begin(): void {
    this.changed();
  }

  private removal(entry: Entry): Change[] {
    return [{ key: this.key('letter', entry) }, { key: this.key('state', entry) }];
  }

  private burial(entry: Entry, deathReason: string): Change[] {
    if (!this.settings.deadLetters) return this.removal(entry);
    const letter = this.store.read(this.key('letter', entry)) as Letter;
    const dead: DeadLetter = { entry: { ...entry }, letter, deathReason, deathTimeMs: this.clock.now() };
    return [...this.removal(entry), { key: this.key('dead', entry), value: dead }];
  }

  private stateOf(entry: Entry): Change {
    return { key: this.key('state', entry), value: { ...entry } };
  }

  private key(what: 'letter' | 'state' | 'dead', entry: Entry): string {
    return keyOf(what, this.id, entry.sequence);
  }

  private lineOf({ group }: Entry): Line {
    return group === undefined ? this.loose : this.grouped;
  }
}
