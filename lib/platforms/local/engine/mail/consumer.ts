import type { Clock } from '../clock.js';
import type { Entry, Letter } from './letter.js';
import type { Failure, Mailbox } from './mailbox.js';

export interface ConsumerSettings {
  /** Most letters of one delivery. */
  readonly batchSize: number;
  /** Milliseconds to wait for a delivery to fill. */
  readonly window: number;
  /** Most deliveries at the same time. */
  readonly maxConcurrency: number;
}

/** Has a function run for the letters of a mailbox. Gives those that failed. */
export type Deliver = (letters: readonly { readonly entry: Entry; readonly letter: Letter }[]) => Promise<Failure[]>;

/** Takes letters from a mailbox, as many at a time as its trigger says. */
export class Consumer {
  /** Deliveries that run. */
  active = 0;
  private closed = false;
  private cancelWait?: () => void;
  private ended?: () => void;

  constructor(
    private readonly box: Mailbox,
    private readonly settings: ConsumerSettings,
    private readonly clock: Clock,
    private readonly deliver: Deliver,
  ) {}

  /** Delivers what is there, if it may. */
  poke(): void {
    const { batchSize, window, maxConcurrency } = this.settings;
    while (!this.closed && this.active < maxConcurrency) {
      const { count, since } = this.box.ready();
      if (count === 0) return;
      if (count < batchSize && this.clock.now() < since + window) {
        this.cancelWait ??= this.clock.at(since + window, () => {
          this.cancelWait = undefined;
          this.poke();
        });
        return;
      }
      this.active++;
      const end = () => {
        this.active--;
        this.poke();
        if (this.active === 0) this.ended?.();
      };
      // What could not be written to the end is delivered again by the next process.
      this.run(batchSize).then(end, end);
    }
  }

  /** Takes nothing more, and resolves when what was taken is finished. */
  async close(): Promise<void> {
    this.closed = true;
    this.cancelWait?.();
    if (this.active === 0) return;
    await new Promise<void>((resolve) => {
      this.ended = resolve;
    });
  }

  private async run(batchSize: number): Promise<void> {
    const letters = await this.box.take(batchSize);
    if (letters.length === 0) return;
    const failures = await this.deliver(letters);
    await this.box.finish(
      letters.map(({ entry }) => entry),
      failures,
    );
  }
}
