import type { Clock } from '../clock.js';

/** One timer for what is to be looked at again: at the earliest of the times that it is told. */
export class Wake {
  private next?: { readonly timeMs: number; readonly cancel: () => void };

  constructor(
    private readonly clock: Clock,
    private readonly run: () => void,
  ) {}

  at(timeMs: number): void {
    if (this.next && this.next.timeMs <= timeMs) return;
    this.cancel();
    const cancel = this.clock.at(timeMs, () => {
      this.next = undefined;
      this.run();
    });
    this.next = { timeMs, cancel };
  }

  cancel(): void {
    this.next?.cancel();
    this.next = undefined;
  }
}
