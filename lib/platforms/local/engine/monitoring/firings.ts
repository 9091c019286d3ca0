import type { AlarmFiring } from '../../console/protocol.js';
import { type Change, keyOf, type Store } from '../store.js';

/** Firings that are kept. */
const KEPT = 1000;

/** A time in which an alarm was on, or still is. */
export type Firing = { -readonly [K in keyof AlarmFiring]: AlarmFiring[K] };

/** Times in which alarms were on, also before the process started. */
export class Firings {
  private readonly kept = new Map<string, Firing>();
  private readonly changed = new Set<string>();
  private count = 0;

  /** The oldest first. */
  get all(): readonly AlarmFiring[] {
    return [...this.kept.values()];
  }

  /** Finds what an earlier process left. What fires of what is not watched any more, has ended. */
  async load(store: Store, isWatched: (firing: Firing) => boolean, nowMs: number): Promise<void> {
    for (const [key, firing] of (await store.entries(keyOf('firing', ''))) as [string, Firing][]) {
      this.kept.set(key, firing);
      this.count = Number(key.slice(key.lastIndexOf('\0') + 1)) + 1;
      if (firing.toTimeMs === undefined && !isWatched(firing)) this.end(firing, nowMs);
    }
  }

  /** Those of an alarm or objective that are on. */
  open(id: string): Firing[] {
    return [...this.kept.values()].filter((firing) => firing.id === id && firing.toTimeMs === undefined);
  }

  /** When one of an alarm or objective last began or ended. */
  lastTimeMs(id: string): number | undefined {
    const times = [...this.kept.values()].flatMap(({ id: of, fromTimeMs, toTimeMs }) =>
      of === id ? [toTimeMs ?? fromTimeMs] : [],
    );
    return times.length === 0 ? undefined : Math.max(...times);
  }

  begin(about: Pick<AlarmFiring, 'id' | 'severity' | 'reason'>, fromTimeMs: number): Firing {
    const firing: Firing = { ...about, fromTimeMs };
    const key = keyOf('firing', String(this.count++).padStart(12, '0'));
    this.kept.set(key, firing);
    this.changed.add(key);
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT) {
      this.kept.delete(oldest!);
      this.changed.add(oldest!);
    }
    return firing;
  }

  end(firing: Firing, toTimeMs: number): void {
    firing.toTimeMs = toTimeMs;
    for (const [key, each] of this.kept) if (each === firing) this.changed.add(key);
  }

  /** What is to be written since the last time. */
  changes(): Change[] {
    const changes = [...this.changed].map((key) => ({ key, value: this.kept.get(key) }));
    this.changed.clear();
    return changes;
  }
}
