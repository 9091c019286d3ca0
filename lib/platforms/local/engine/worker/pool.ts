import { availableParallelism } from 'node:os';
import type { Spare } from './spare.js';
import type { Crash, FunctionWorker, Invocation, Job, LinkHost, Outcome, WorkerSettings } from './worker.js';

/** Milliseconds a burst is left to the workers that are there, before more are started. */
const PATIENCE = 5;
/** Milliseconds of an invocation that make a worker one that is waited for. */
const LONG = 20;
/** Milliseconds of work that may stand in line in one worker. */
const LINE = 5;
/** Milliseconds of an invocation below which to wake another worker up costs more than to stand in line. */
const TRIVIAL = 0.5;
/** Most invocations in line in one worker. */
const IN_LINE = 64;
/** How far one duration moves the typical one. */
const STEP = 1.1;
/** Milliseconds between looks whether the first worker has come. */
const AGAIN = 100;
/** Threads for functions that are quick: the engine's own needs the rest. */
const CPUS = Math.max(1, availableParallelism() - 1);

export interface PoolSettings extends WorkerSettings {
  /** Most workers, and so most invocations at the same time. */
  readonly maxWorkers: number;
  /** Workers that are started at once and stay. */
  readonly warmWorkers: number;
  /** Milliseconds after which a worker that has nothing to do ends. */
  readonly idle: number;
  /** Where new workers come from. */
  readonly spare: Spare;
}

/** What became of an invocation, and what it cost to start its worker, if one was started for it. */
export type PoolOutcome = Outcome & { readonly coldStart?: number };

const STOPPED: Crash = { kind: 'crashed', name: 'Stopped', message: 'the local platform is stopping' };

/** Nothing was run, as all workers were busy for too long. */
export const THROTTLED = Symbol('throttled');

/** A worker and what the pool knows of it. */
interface Place {
  readonly worker: FunctionWorker;
  /** Milliseconds until the code was loaded, until somebody was told. */
  coldStart?: number;
  /** Ends when its invocation does: newer code took its place. */
  stale: boolean;
  idleSince: number;
}

/** An invocation of a pool: waits for a worker, or is in the line of one. */
class Entry implements Job {
  readonly since = performance.now();
  place?: Place = undefined;
  timer?: NodeJS.Timeout = undefined;

  /** @param patience milliseconds from `since` until it is given up */
  constructor(
    readonly invocation: Invocation,
    readonly patience: number,
    readonly resolve: (outcome: PoolOutcome | typeof THROTTLED) => void,
    private readonly ended: (entry: Entry, outcome: Outcome) => void,
  ) {}

  end(outcome: Outcome): void {
    this.ended(this, outcome);
  }
}

/**
 * The workers of one function: started on demand, used again while warm, ended when idle, swapped when the code changes. Invocations
 * of a function that is quick stand in line at its worker, which then need not be woken up for each; they are taken back when the one
 * before them is not so quick after all.
 */
export class Pool {
  private readonly places = new Set<Place>();
  private waiting: Entry[] = [];
  private starting = 0;
  /** Workers that load code. */
  private readonly loading = new Set<FunctionWorker>();
  /** Grows with every reload. */
  private generation = 0;
  /** Milliseconds that half of the invocations took lately: a mean would be that of a busy machine's pauses. */
  private typical = Number.POSITIVE_INFINITY;
  private patience?: NodeJS.Timeout;
  private lines?: NodeJS.Timeout;
  private idleTimer?: NodeJS.Timeout;
  private closed = false;

  constructor(
    private readonly settings: PoolSettings,
    private readonly links: LinkHost,
    /** The bundle to load; rejects where the code does not compile. */
    private readonly code: () => Promise<string>,
  ) {}

  /** Runs an invocation as soon as a worker is free, `patience` milliseconds from now at the latest. */
  run(invocation: Invocation, patience = Number.POSITIVE_INFINITY): Promise<PoolOutcome | typeof THROTTLED> {
    return new Promise((resolve) => {
      const entry = new Entry(invocation, patience, resolve, this.ended);
      const place = this.waiting.length === 0 ? this.place() : undefined;
      if (place) return this.give(place, entry);
      this.waiting.push(this.timed(entry));
      this.next();
    });
  }

  /** Starts the workers that are to be there always. */
  warm(): void {
    while (this.places.size + this.starting < this.settings.warmWorkers) void this.start();
  }

  /** Has every worker that runs older code end when its invocation does. A new one is started at once if there was one. */
  reload(): void {
    const had = this.places.size > 0;
    this.generation++;
    // What they load is old, and may never be loaded.
    for (const worker of this.loading) void worker.terminate();
    for (const place of this.places) {
      place.stale = true;
      this.putBack(place.worker.recall());
      if (place.worker.length === 0) this.end(place);
    }
    if (had) void this.start();
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const timer of [this.patience, this.lines, this.idleTimer]) clearTimeout(timer);
    this.fail(STOPPED);
    const workers = [...this.loading, ...[...this.places].map(({ worker }) => worker)];
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  /** Where an invocation may go: a free worker, or a line; first the line where the function does next to nothing. */
  private place(): Place | undefined {
    // Of those that are free the one that was used last: the others become idle, and end.
    let free: Place | undefined;
    let shortest: Place | undefined;
    for (const place of this.places) {
      if (place.stale) continue;
      const { length } = place.worker;
      if (length === 0) {
        if (!free || place.idleSince > free.idleSince) free = place;
      } else if (!shortest || length < shortest.worker.length) shortest = place;
    }
    if (!shortest) return free;
    const { length } = shortest.worker;
    const fits = length < IN_LINE && length * this.typical < LINE && !shortest.worker.isHeldUp(PATIENCE);
    return fits && this.typical < TRIVIAL ? shortest : (free ?? (fits ? shortest : undefined));
  }

  private give(place: Place, entry: Entry): void {
    clearTimeout(entry.timer);
    entry.place = place;
    place.worker.add(entry);
    if (place.worker.length > 1) this.watchLines();
  }

  /** Puts back what a worker did not begin, before those that came later. */
  private putBack(left: readonly Job[]): void {
    this.waiting.unshift(...(left as Entry[]).map((entry) => this.timed(entry)));
  }

  /** Has an invocation wait no longer than its patience. */
  private timed(entry: Entry): Entry {
    if (!Number.isFinite(entry.patience)) return entry;
    const giveUp = () => {
      // The first worker is on its way, which is no lack of them.
      if (this.places.size === 0 && this.starting > 0) {
        entry.timer = setTimeout(giveUp, AGAIN);
        return;
      }
      this.waiting = this.waiting.filter((each) => each !== entry);
      entry.resolve(THROTTLED);
    };
    entry.timer = setTimeout(giveUp, entry.patience - (performance.now() - entry.since));
    return entry;
  }

  private readonly ended = (entry: Entry, outcome: Outcome): void => {
    const place = entry.place!;
    const { coldStart } = place;
    place.coldStart = undefined;
    if (place.worker.length === 0) place.idleSince = performance.now();
    if ('result' in outcome) {
      const { durationMs } = outcome;
      if (!Number.isFinite(this.typical)) this.typical = durationMs;
      else this.typical *= durationMs < this.typical ? 1 / STEP : STEP;
    }
    if (place.stale && place.worker.length === 0) this.end(place);
    else if ('result' in outcome) this.next();
    entry.resolve(coldStart === undefined ? outcome : { ...outcome, coldStart });
  };

  /** Gives workers to those that wait. */
  private next(): void {
    while (this.waiting.length > 0) {
      const place = this.place();
      if (!place) {
        this.grow();
        return;
      }
      this.give(place, this.waiting.shift()!);
    }
    this.watchIdle();
  }

  /** Takes back what stands behind an invocation that takes its time. */
  private watchLines(): void {
    this.lines ??= setTimeout(() => {
      this.lines = undefined;
      let more = false;
      for (const { worker } of this.places) {
        if (worker.length > 1) worker.drain();
        if (worker.length > 1 && worker.isHeldUp(PATIENCE)) this.putBack(worker.recall());
        more ||= worker.length > 1;
      }
      if (more) this.watchLines();
      this.next();
    }, PATIENCE);
  }

  private fail(crash: Crash): void {
    for (const { timer, resolve } of this.waiting.splice(0)) {
      clearTimeout(timer);
      resolve({ crash, durationMs: 0 });
    }
  }

  private grow(): void {
    if (this.closed || this.waiting.length === 0) return;
    if (this.places.size + this.starting === 0) return void this.start();
    this.patience ??= setTimeout(() => {
      this.patience = undefined;
      const due = performance.now() - PATIENCE;
      const late = this.waiting.filter(({ since }) => since <= due).length;
      // Twice as many, and not all at once: on a busy machine, what is quick takes its time as well.
      const most = Math.min(this.isQuick() ? CPUS : 2 * Math.max(CPUS, this.places.size), this.settings.maxWorkers);
      const room = most - this.places.size - this.starting;
      for (let count = Math.min(late - this.starting, room); count > 0; count--) void this.start();
      if (this.waiting.length > 0 && this.places.size + this.starting < this.settings.maxWorkers) this.grow();
    }, PATIENCE);
  }

  /** Whether something that runs has just begun: more workers than CPUs would then only be in each other's way. */
  private isQuick(): boolean {
    for (const { worker } of this.places) if (!worker.isHeldUp(LONG)) return true;
    return this.places.size === 0;
  }

  private async start(): Promise<void> {
    const started = performance.now();
    const { generation } = this;
    this.starting++;
    let worker: FunctionWorker | undefined;
    try {
      // The thread starts while the code is made.
      const file = this.code();
      file.catch(() => {});
      let place: Place | undefined;
      worker = this.settings.spare.take(this.settings.memoryMiB);
      worker.onExit = (left) => {
        if (place) this.gone(place, left);
      };
      this.loading.add(worker);
      worker.load(await file, this.settings.environment, this.links);
      await worker.loaded;
      this.loading.delete(worker);
      const now = performance.now();
      place = { worker, coldStart: now - started, stale: false, idleSince: now };
      if (this.closed) return void worker.terminate();
      // Of code that is older than a reload: never used.
      if (generation !== this.generation) {
        place.stale = true;
        void worker.terminate();
        this.starting--;
        return this.places.size + this.starting === 0 ? this.start() : undefined;
      }
      this.places.add(place);
      this.starting--;
      this.next();
    } catch (error) {
      this.starting--;
      if (worker) {
        this.loading.delete(worker);
        void worker.terminate();
      }
      // Newer code may do better.
      if (generation !== this.generation && !this.closed) {
        if (this.places.size + this.starting === 0) void this.start();
        return;
      }
      // Whoever waits for code that cannot run is told why; workers of before may go on.
      if ([...this.places].some(({ stale }) => !stale)) return;
      const { name, message, stack } = error as Error;
      this.fail({ kind: 'crashed', name, message, stack });
    }
  }

  private end(place: Place): void {
    this.places.delete(place);
    void place.worker.terminate();
  }

  private gone(place: Place, left: readonly Job[]): void {
    this.places.delete(place);
    this.putBack(left);
    if (this.closed) return void this.fail(STOPPED);
    this.warm();
    this.next();
  }

  private watchIdle(): void {
    this.idleTimer ??= setTimeout(() => {
      this.idleTimer = undefined;
      const due = performance.now() - this.settings.idle;
      for (const place of this.places) {
        if (this.places.size > this.settings.warmWorkers && place.worker.length === 0 && place.idleSince <= due) this.end(place);
      }
      if (this.places.size > this.settings.warmWorkers) this.watchIdle();
    }, this.settings.idle / 2).unref();
  }
}
