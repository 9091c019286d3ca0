/** Reads what the functions of the service noted, and compares it with what was accepted and what was known to be done. */
import { readFileSync, statSync } from 'node:fs';

/** Triggers that take a message of a kind. */
const TAKERS: Readonly<Record<string, readonly string[]>> = {
  Jobs: ['Jobs'],
  Poison: ['Poison'],
  Orders: ['Orders'],
  News: ['News', 'Archive'],
  Bus: ['Bus'],
  Files: ['Files'],
  Start: ['Start'],
};
/** Those whose handlers never fail. */
const NEVER_FAIL = ['Bus', 'Files', 'Start'];
export const KINDS = Object.keys(TAKERS);

export interface Findings {
  readonly accepted: number;
  readonly runs: number;
  /** Runs of what had run before and had not failed: a kill came before the engine knew that it was done. */
  readonly interrupted: number;
  /** What was known to be done when somebody looked. */
  readonly acknowledged: number;
  /** Accepted, and neither run nor found among the dead letters. */
  readonly lost: readonly string[];
  /** Run again after it was known to be done. */
  readonly again: readonly string[];
  /** The same delivery twice: each is counted before it begins. */
  readonly doubled: readonly string[];
  /** Of a group, run after what was sent after it. */
  readonly disordered: readonly string[];
}

export class Audit {
  private readonly accepted = new Set<string>();
  /** Where the log was when the engine was first known to have finished with something. */
  private readonly done = new Map<string, number>();

  constructor(readonly log: string) {}

  /** The client was answered that it is accepted. */
  accept(kind: string, n: string): void {
    for (const trigger of TAKERS[kind]!) this.accepted.add(`${trigger} ${n}`);
  }

  /** What was accepted until now, of some triggers. */
  acceptedBy(triggers: readonly string[]): ReadonlySet<string> {
    return new Set([...this.accepted].filter((each) => triggers.includes(each.split(' ')[0]!)));
  }

  /** The engine says that it has finished with these. */
  acknowledge(keys: Iterable<string>): void {
    const { size } = statSync(this.log);
    for (const key of keys) if (!this.done.has(key)) this.done.set(key, size);
  }

  /** @param dead what ended as a dead letter: both of its deliveries may have been interrupted before the function ran */
  findings(dead: ReadonlySet<string>): Findings {
    const seen = new Set<string>();
    const deliveries = new Set<string>();
    /** By group, the first of a batch: all before it are done. */
    const begun = new Map<string, number>();
    const [again, doubled, disordered]: string[][] = [[], [], []];
    let at = 0;
    let runs = 0;
    let interrupted = 0;
    for (const line of readFileSync(this.log, 'utf8').split('\n').slice(0, -1)) {
      const [trigger, n, attempt, first] = line.split(' ') as [string, string, string, string];
      const key = `${trigger} ${n}`;
      if (at >= (this.done.get(key) ?? Number.POSITIVE_INFINITY)) again!.push(line);
      const delivery = `${key} ${attempt}`;
      // A function that was started is not told the number of its delivery.
      if (trigger !== 'Start' && deliveries.has(delivery)) doubled!.push(line);
      deliveries.add(delivery);
      if (trigger === 'Orders') {
        const group = n[0]!;
        if (Number(n.slice(1)) < (begun.get(group) ?? 0)) disordered!.push(line);
        begun.set(group, Math.max(begun.get(group) ?? 0, Number(first.slice(1))));
      }
      if (seen.has(key) && NEVER_FAIL.includes(trigger)) interrupted++;
      seen.add(key);
      at += line.length + 1;
      runs++;
    }
    return {
      ...{ accepted: this.accepted.size, runs, interrupted, acknowledged: this.done.size },
      lost: [...this.accepted].filter((key) => !seen.has(key) && !dead.has(key)),
      ...{ again: again!, doubled: doubled!, disordered: disordered! },
    };
  }
}
