import { FunctionWorker } from './worker.js';

/** Milliseconds until another one is started: what took the one before has the processor for itself. */
const PAUSE = 250;

/** A worker thread that has started, and waits for code: what takes the longest of a cold start is done beforehand. */
export class Spare {
  private worker?: FunctionWorker;
  private timer?: NodeJS.Timeout;
  private closed = false;

  /** @param memoryMiB of the next one; none where nothing is to run */
  constructor(private memoryMiB: number | undefined) {
    this.start();
  }

  /** The spare worker, or a new one where it does not fit. The next spare one is like this one. */
  take(memoryMiB: number): FunctionWorker {
    const { worker } = this;
    const fits = worker?.memoryMiB === memoryMiB;
    if (!fits) void worker?.terminate();
    this.worker = undefined;
    this.memoryMiB = memoryMiB;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.start(), PAUSE).unref();
    return fits ? worker! : new FunctionWorker(memoryMiB);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.worker?.terminate();
  }

  private start(): void {
    if (!this.closed && this.memoryMiB !== undefined) this.worker ??= new FunctionWorker(this.memoryMiB);
  }
}
