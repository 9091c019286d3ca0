/** What time it is for the engine. Timeouts of invocations are real in any case: an endless loop does not end by itself. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` when it is `timeMs`, at once where that is past. Gives what calls it off. */
  at(timeMs: number, run: () => void): () => void;
}

/** Most milliseconds of one timer of Node.js. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const realClock: Clock = {
  now: Date.now,
  at(timeMs, run) {
    let timer: NodeJS.Timeout;
    const wait = () => {
      const left = Math.min(LONGEST_TIMER, Math.max(0, timeMs - Date.now()));
      timer = setTimeout(look, left).unref();
    };
    // Timers go by another clock than the time of day, and may be early by it.
    const look = () => (Date.now() < timeMs ? wait() : run());
    wait();
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still until it is told to go on: days of schedules and retries in no time. */
export class VirtualClock implements Clock {
  private time: number;
  private readonly timers = new Set<{ readonly timeMs: number; readonly run: () => void }>();

  constructor(start: number | Date = Date.now()) {
    this.time = Number(start);
  }

  now(): number {
    return this.time;
  }

  at(timeMs: number, run: () => void): () => void {
    const timer = { timeMs, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Runs what is due up to `timeMs`, in order. After each moment it waits for `settled`: what follows from it belongs to it. */
  async goTo(timeMs: number, settled: () => Promise<void> = async () => {}): Promise<void> {
    await settled();
    for (;;) {
      const due = [...this.timers].filter((timer) => timer.timeMs <= timeMs).sort((a, b) => a.timeMs - b.timeMs);
      if (due.length === 0) break;
      this.time = Math.max(this.time, due[0]!.timeMs);
      for (const timer of due) {
        if (timer.timeMs > this.time) break;
        if (this.timers.delete(timer)) timer.run();
      }
      await settled();
    }
    this.time = Math.max(this.time, timeMs);
  }
}
