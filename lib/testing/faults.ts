import type { FunctionModel } from '../core/describe.js';
import type { DurationLike } from '../core/duration.js';
import { FaastenError, shown } from '../core/errors.js';
import { pathNamed } from '../core/lookup.js';
import type { Fault } from '../platforms/local/index.js';

/** Deliveries that go wrong, counted from now: 1 is the next one. */
export type Deliveries = number | readonly number[];

interface Plan {
  readonly fault: Fault;
  /** Numbers, by the function's own count. */
  readonly at: ReadonlySet<number>;
}

interface LinkPlan {
  readonly millis: number;
  /** Uses that fail, still to come. */
  failures: number;
}

/** @throws for what is no Duration: a number has no unit */
export function millisecondsOf(what: string, duration: DurationLike): number {
  if (typeof duration?.toMilliseconds === 'function') return duration.toMilliseconds();
  throw new FaastenError('invalid-value', `${what} got ${shown(duration)}; give a Duration, as in Duration.minutes(5)`);
}

/** What goes wrong on purpose: what every cloud does some day, when it is asked for. */
export class Faults {
  private readonly counts = new Map<string, number>();
  private readonly plans = new Map<string, Plan[]>();
  private readonly links = new Map<string, LinkPlan>();

  /** @internal */
  constructor(private readonly functions: readonly Pick<FunctionModel, 'path' | 'links'>[]) {}

  /** Deliveries to a function fail before its handler runs: the machine was gone. */
  fail(fn: string, deliveries: Deliveries = 1): void {
    this.plan(fn, 'fail', deliveries);
  }

  /**
   * The handler runs, and its machine is gone before anybody hears of it: what it did is done, and the event comes again. A handler
   * that is not idempotent does it twice.
   */
  crashAfter(fn: string, deliveries: Deliveries = 1): void {
    this.plan(fn, 'crashAfter', deliveries);
  }

  /** An event or call is delivered twice, as every queue does now and then. Requests are not. */
  duplicate(fn: string, deliveries: Deliveries = 1): void {
    this.plan(fn, 'duplicate', deliveries);
  }

  /** Every use of a link takes longer. In real time, as the function's timeout is. */
  slowLink(fn: string, link: string, delay: DurationLike): void {
    const key = this.linkKey(fn, link);
    this.links.set(key, { failures: 0, ...this.links.get(key), millis: millisecondsOf('slowLink', delay) });
  }

  /** The next uses of a link fail, without reaching what it leads to. */
  failLink(fn: string, link: string, uses = 1): void {
    const key = this.linkKey(fn, link);
    this.links.set(key, { millis: 0, ...this.links.get(key), failures: uses });
  }

  /** Nothing goes wrong any more. */
  clear(): void {
    this.plans.clear();
    this.links.clear();
  }

  /** @internal */
  invocation(functionPath: string): Fault | undefined {
    const count = (this.counts.get(functionPath) ?? 0) + 1;
    this.counts.set(functionPath, count);
    return this.plans.get(functionPath)?.find(({ at }) => at.has(count))?.fault;
  }

  /** @internal */
  async link(functionPath: string, link: string): Promise<void> {
    const plan = this.links.get(`${functionPath} ${link}`);
    if (!plan) return;
    if (plan.millis > 0) await new Promise((resolve) => setTimeout(resolve, plan.millis));
    if (plan.failures === 0) return;
    plan.failures--;
    throw Object.assign(new Error('failed on purpose'), { status: 503 });
  }

  private plan(name: string, fault: Fault, deliveries: Deliveries): void {
    const { path } = this.named(name);
    const numbers = [deliveries].flat();
    if (numbers.length === 0 || !numbers.every((number) => Number.isInteger(number) && number >= 1)) {
      throw new FaastenError(
        'invalid-value',
        `deliveries are ${JSON.stringify(deliveries)}; give numbers from 1, which is the next one`,
      );
    }
    const done = this.counts.get(path) ?? 0;
    const plans = this.plans.get(path) ?? [];
    plans.push({ fault, at: new Set(numbers.map((number) => done + number)) });
    this.plans.set(path, plans);
  }

  private linkKey(name: string, link: string): string {
    const { path, links } = this.named(name);
    return `${path} ${pathNamed('link', link, Object.keys(links))}`;
  }

  private named(name: string): Pick<FunctionModel, 'path' | 'links'> {
    const path = pathNamed(
      'function',
      name,
      this.functions.map((fn) => fn.path),
    );
    return this.functions.find((fn) => fn.path === path)!;
  }
}
