/**
 * The last ticket whose invocation was begun, in memory that the engine and a worker share. The worker begins ticket after ticket; the
 * engine may take back all that are not begun, even when the worker hears nothing, and knows of a worker that died what it had begun.
 */
export class Begun {
  constructor(readonly memory: Int32Array<SharedArrayBuffer> = new Int32Array(new SharedArrayBuffer(4))) {}

  get last(): number {
    return Atomics.load(this.memory, 0);
  }

  /** @returns false when the invocation was taken back */
  begin(ticket: number): boolean {
    return this.move((ticket - 1) | 0, ticket);
  }

  /**
   * Takes back all up to `newest` that are not begun.
   * @returns the last that is begun
   */
  recall(newest: number): number {
    for (;;) {
      const { last } = this;
      if (this.move(last, newest)) return last;
    }
  }

  private move(from: number, to: number): boolean {
    return Atomics.compareExchange(this.memory, 0, from, to) === from;
  }
}
