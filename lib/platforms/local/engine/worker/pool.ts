import { availableParallelism } from 'node:os';
import { type Crash, FunctionWorker, type Invocation, type LinkHost, type Outcome, type WorkerSettings } from './worker.js';

/** Milliseconds a burst is left to the workers that are there, before more are started. */
const PATIENCE = 5;
/** Milliseconds of an invocation that make a worker one that is waited for. */
const LONG = 20;
const CPUS = availableParallelism();

export interface PoolSettings extends WorkerSettings {
  /** Most workers, and so most invocations at the same time. */
  readonly maxWorkers: number;
  /** Workers that are started at once and stay. */
  readonly warmWorkers: number;
  /** Milliseconds after which a worker that has nothing to do ends. */
  readonly idle: number;
}

/** What became of an invocation, and what it cost to start its worker, if one was started for it. */
export type PoolOutcome = Outcome & { readonly coldStart?: number };

/** Nothing was run, as all workers were busy for too long. */
export const THROTTLED = Symbol('throttled');

interface Waiting {
  readonly invocation: Invocation;
  readonly since: number;
  start(place: Place): void;
  fail(crash: Crash): void;
}

/** A worker and what the pool knows of it. */
interface Place {
  readonly worker: FunctionWorker;
  readonly started: number;
  busy: boolean;
  busySince: number;
  /** Milliseconds until the code was loaded, until somebody was told. */
  coldStart?: number;
  /** Ends when its invocation does: newer code took its place. */
  stale: boolean;
  idleSince: number;
}

/** The workers of one function: started on demand, used again while warm, ended when idle, swapped when the code changes. */
export class Pool {
  private readonly places = new Set<Place>();
  private readonly waiting: Waiting[] = [];
  private starting = 0;
  /** Grows with every reload. */
  private generation = 0;
  private patience?: NodeJS.Timeout;
  private idleTimer?: NodeJS.Timeout;
  private closed = false;

  constructor(
    private readonly settings: PoolSettings,
    private readonly links: LinkHost,
    /** The bundle to load; rejects where the code does not compile. */
    private readonly code: () => Promise<string>,
  ) {}

  get size(): number {
    return this.places.size;
  }

  /** Runs an invocation as soon as a worker is free, `patience` milliseconds from now at the latest. */
  run(invocation: Invocation, patience = Number.POSITIVE_INFINITY): Promise<PoolOutcome | typeof THROTTLED> & { abort?(): void } {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const start = (place: Place) => {
        clearTimeout(timer);
        void this.runIn(place, invocation).then(resolve);
      };
      const free = this.free();
      if (free) return start(free);
      const entry: Waiting = {
        invocation,
        since: performance.now(),
        start,
        fail: (crash) => {
          clearTimeout(timer);
          resolve({ crash });
        },
      };
      this.waiting.push(entry);
      if (Number.isFinite(patience)) {
        timer = setTimeout(() => {
          const at = this.waiting.indexOf(entry);
          if (at < 0) return;
          this.waiting.splice(at, 1);
          resolve(THROTTLED);
        }, patience);
      }
      this.grow();
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
    for (const place of this.places) {
      place.stale = true;
      if (!place.busy) this.end(place);
    }
    if (had) void this.start();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.patience);
    clearTimeout(this.idleTimer);
    for (const entry of this.waiting.splice(0))
      entry.fail({ kind: 'crashed', name: 'Stopped', message: 'the local platform is stopping' });
    await Promise.all([...this.places].map(({ worker }) => worker.terminate()));
  }

  private free(): Place | undefined {
    // The one that was used last: the others become idle, and end.
    let best: Place | undefined;
    for (const place of this.places) if (!place.busy && !place.stale && (!best || place.idleSince > best.idleSince)) best = place;
    return best;
  }

  private async runIn(place: Place, invocation: Invocation): Promise<PoolOutcome> {
    place.busy = true;
    place.busySince = performance.now();
    const { coldStart } = place;
    place.coldStart = undefined;
    const outcome = await place.worker.run(invocation);
    place.busy = false;
    place.idleSince = performance.now();
    if (place.stale) this.end(place);
    else if ('result' in outcome) this.next();
    return { ...outcome, coldStart };
  }

  /** Gives free workers to those that wait. */
  private next(): void {
    while (this.waiting.length > 0) {
      const place = this.free();
      if (!place) {
        this.grow();
        return;
      }
      this.waiting.shift()!.start(place);
    }
    this.watchIdle();
  }

  private grow(): void {
    if (this.closed || this.waiting.length === 0) return;
    if (this.places.size + this.starting === 0) return void this.start();
    this.patience ??= setTimeout(() => {
      this.patience = undefined;
      const due = performance.now() - PATIENCE;
      const late = this.waiting.filter(({ since }) => since <= due).length;
      const most = this.isQuick() ? Math.min(CPUS, this.settings.maxWorkers) : this.settings.maxWorkers;
      const room = most - this.places.size - this.starting;
      for (let count = Math.min(late - this.starting, room); count > 0; count--) void this.start();
      if (this.waiting.length > 0 && this.places.size + this.starting < this.settings.maxWorkers) this.grow();
    }, PATIENCE);
  }

  /** Whether all that runs has just begun: more workers than CPUs would then only be in each other's way. */
  private isQuick(): boolean {
    const due = performance.now() - LONG;
    for (const { busy, busySince } of this.places) if (busy && busySince < due) return false;
    return true;
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
      worker = new FunctionWorker(this.settings, this.links, () => {
        if (place) this.gone(place);
      });
      worker.load(await file);
      await worker.loaded;
      place = {
        worker,
        started,
        busy: false,
        busySince: 0,
        coldStart: performance.now() - started,
        stale: false,
        idleSince: performance.now(),
      };
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
      void worker?.terminate();
      // Whoever waits for code that cannot run is told why; workers of before may go on.
      if ([...this.places].some(({ stale }) => !stale)) return;
      const { name, message, stack } = error as Error;
      for (const entry of this.waiting.splice(0)) entry.fail({ kind: 'crashed', name, message, stack });
    }
  }

  private end(place: Place): void {
    this.places.delete(place);
    void place.worker.terminate();
  }

  private gone(place: Place): void {
    this.places.delete(place);
    if (this.closed) return;
    this.warm();
    this.next();
  }

  private watchIdle(): void {
    this.idleTimer ??= setTimeout(() => {
      this.idleTimer = undefined;
      const due = performance.now() - this.settings.idle;
      for (const place of this.places) {
        if (this.places.size > this.settings.warmWorkers && !place.busy && place.idleSince <= due) this.end(place);
      }
      if (this.places.size > this.settings.warmWorkers) this.watchIdle();
    }, this.settings.idle / 2).unref();
  }
}
