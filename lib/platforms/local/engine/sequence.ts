/** Numbers that only grow, over restarts as well: keys made of them are in the order in which they were given. */
export class Sequence {
  private last = 0;

  /** As text of fixed length. */
  next(): string {
    // Microseconds, so that a thousand in a millisecond stay near the time.
    this.last = Math.max(this.last + 1, Date.now() * 1000);
    return this.text(this.last);
  }

  /** Numbers that were found in a store: those to come are greater. */
  seen(text: string): void {
    this.last = Math.max(this.last, Number.parseInt(text, 10));
  }

  private text(value: number): string {
    return String(value).padStart(16, '0');
  }
}
