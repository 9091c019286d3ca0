import type { Entry } from './letter.js';

/** Who is next. An entry is in one place of it: waiting, or out (with a function). */
export interface Line {
  readonly size: number;
  /** Adds one that is new, or was let go. */
  add(entry: Entry): void;
  /** Takes up to `max` that are visible at `now`. They are out until they are let go. */
  take(now: number, max: number): Entry[];
  /** One that was taken is done, or is about to be added again. */
  letGo(entry: Entry): void;
  /** Entries that could be taken now, and since when the first of them. */
  ready(now: number): { readonly count: number; readonly since: number };
  /** When the next one becomes visible that is not yet. */
  nextTime(now: number): number | undefined;
  remove(entry: Entry): boolean;
  entries(): Iterable<Entry>;
}

/** Any order will do: visible ones in the order in which they became so. */
export class LooseLine implements Line {
  private readonly visible = new Set<Entry>();
  private readonly hidden = new Heap();

  get size(): number {
    return this.visible.size + this.hidden.size;
  }

  add(entry: Entry): void {
    this.hidden.push(entry);
  }

  take(now: number, max: number): Entry[] {
    this.show(now);
    const taken: Entry[] = [];
    for (const entry of this.visible) {
      if (taken.length === max) break;
      this.visible.delete(entry);
      taken.push(entry);
    }
    return taken;
  }

  letGo(): void {}

  ready(now: number) {
    this.show(now);
    const [first] = this.visible;
    return { count: this.visible.size, since: first?.visibleTimeMs ?? now };
  }

  nextTime(now: number): number | undefined {
    this.show(now);
    return this.hidden.first?.visibleTimeMs;
  }

  remove(entry: Entry): boolean {
    return this.visible.delete(entry) || this.hidden.remove(entry);
  }

  *entries(): Iterable<Entry> {
    yield* this.visible;
    yield* this.hidden.items;
  }

  private show(now: number): void {
    while (this.hidden.first && this.hidden.first.visibleTimeMs <= now) this.visible.add(this.hidden.pop()!);
  }
}

/** Within a group, none is taken before the one sent before it has been let go. */
export class GroupedLine implements Line {
  private readonly groups = new Map<string, { readonly waiting: Entry[]; out: number }>();
  size = 0;

  add(entry: Entry): void {
    const name = entry.group ?? '';
    const group = this.groups.get(name) ?? { waiting: [], out: 0 };
    this.groups.set(name, group);
    // New ones come last; those that come back, before all that are younger.
    let at = group.waiting.length;
    while (at > 0 && group.waiting[at - 1]!.sequence > entry.sequence) at--;
    group.waiting.splice(at, 0, entry);
    this.size++;
  }

  take(now: number, max: number): Entry[] {
    const taken: Entry[] = [];
    for (const [name, group] of this.groups) {
      if (taken.length === max) break;
      if (group.out > 0) continue;
      const count = Math.min(max - taken.length, visibleOf(group.waiting, now));
      if (count === 0) continue;
      taken.push(...group.waiting.splice(0, count));
      group.out = count;
      // Behind the other groups.
      this.groups.delete(name);
      this.groups.set(name, group);
    }
    this.size -= taken.length;
    return taken;
  }

  letGo(entry: Entry): void {
    const name = entry.group ?? '';
    const group = this.groups.get(name)!;
    group.out--;
    if (group.out === 0 && group.waiting.length === 0) this.groups.delete(name);
  }

  ready(now: number) {
    let count = 0;
    let since = now;
    for (const { waiting, out } of this.groups.values()) {
      if (out > 0) continue;
      const visible = visibleOf(waiting, now);
      if (visible > 0) since = Math.min(since, waiting[0]!.visibleTimeMs);
      count += visible;
    }
    return { count, since };
  }

  nextTime(now: number): number | undefined {
    let next: number | undefined;
    for (const { waiting, out } of this.groups.values()) {
      const time = waiting[visibleOf(waiting, now)]?.visibleTimeMs;
      if (out === 0 && time !== undefined) next = Math.min(next ?? time, time);
    }
    return next;
  }

  remove(entry: Entry): boolean {
    const group = this.groups.get(entry.group ?? '');
    const at = group?.waiting.indexOf(entry) ?? -1;
    if (at < 0) return false;
    group!.waiting.splice(at, 1);
    this.size--;
    if (group!.out === 0 && group!.waiting.length === 0) this.groups.delete(entry.group ?? '');
    return true;
  }

  *entries(): Iterable<Entry> {
    for (const { waiting } of this.groups.values()) yield* waiting;
  }
}

/** How many from the start of a group could be taken. */
function visibleOf(waiting: readonly Entry[], now: number): number {
  const at = waiting.findIndex(({ visibleTimeMs }) => visibleTimeMs > now);
  return at < 0 ? waiting.length : at;
}

/** A binary heap: the entry that becomes visible first is first; of two at one time, the one sent first. */
class Heap {
  readonly items: Entry[] = [];

  get size(): number {
    return this.items.length;
  }

  get first(): Entry | undefined {
    return this.items[0];
  }

  push(entry: Entry): void {
    let at = this.items.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, this.items[parent]!)) break;
      this.items[at] = this.items[parent]!;
      at = parent;
    }
    this.items[at] = entry;
  }

  pop(): Entry | undefined {
    const first = this.items[0];
    const last = this.items.pop();
    if (last && this.items.length > 0) this.sink(last);
    return first;
  }

  remove(entry: Entry): boolean {
    const at = this.items.indexOf(entry);
    if (at < 0) return false;
    const rest = this.items.splice(0).filter((item) => item !== entry);
    for (const item of rest) this.push(item);
    return true;
  }

  private sink(entry: Entry): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.items.length) break;
      if (child + 1 < this.items.length && isBefore(this.items[child + 1]!, this.items[child]!)) child++;
      if (!isBefore(this.items[child]!, entry)) break;
      this.items[at] = this.items[child]!;
      at = child;
    }
    this.items[at] = entry;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.visibleTimeMs < b.visibleTimeMs || (a.visibleTimeMs === b.visibleTimeMs && a.sequence < b.sequence);
}
