import type { Entry } from './letter.js';
import { GroupedLine, type Line, LooseLine } from './line.js';

/** Letters of a mailbox that wait: those of a group in their order, the others in any. */
export class Waiting implements Line {
  private readonly loose = new LooseLine();
  private readonly grouped = new GroupedLine();

  get size(): number {
    return this.loose.size + this.grouped.size;
  }

  add(entry: Entry): void {
    this.lineOf(entry).add(entry);
  }

  take(now: number, max: number): Entry[] {
    const taken = this.loose.take(now, max);
    taken.push(...this.grouped.take(now, max - taken.length));
    return taken;
  }

  letGo(entry: Entry): void {
    this.lineOf(entry).letGo(entry);
  }

  ready(now: number) {
    const [a, b] = [this.loose.ready(now), this.grouped.ready(now)];
    return { count: a.count + b.count, since: Math.min(a.since, b.since) };
  }

  nextTime(now: number): number | undefined {
    const [a, b] = [this.loose.nextTime(now), this.grouped.nextTime(now)];
    return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
  }

  remove(entry: Entry): boolean {
    return this.lineOf(entry).remove(entry);
  }

  *entries(): Iterable<Entry> {
    yield* this.loose.entries();
    yield* this.grouped.entries();
  }

  private lineOf({ group }: Entry): Line {
    return group === undefined ? this.loose : this.grouped;
  }
}
