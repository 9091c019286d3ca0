import type { DurationLike } from './duration.js';
import { humanDuration } from './duration.js';
import { invalid, shown } from './errors.js';
import { RESERVED_ENVIRONMENT } from './limits.js';
import type { Platform } from './platform.js';
import { refuseForeignTokens } from './tokens.js';

/** Checks the props of one construct; every failure names it, the property and the value. */
export class Checks {
  constructor(
    private readonly what: string,
    private readonly path: string,
    private readonly platform: Platform,
  ) {}

  fail(wrong: string, advice: string): never {
    throw invalid(this.what, this.path, wrong, advice);
  }

  /** A whole number from `min` to `max`; numbers that are late values of a framework are refused, as limits cannot be checked. */
  integer(property: string, value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): number {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      this.fail(
        `${property} is ${shown(value)}`,
        `give a whole number ${max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`}`,
      );
    }
    return value;
  }

  /** A duration in whole seconds, at least `min` and at most `max` of them. */
  seconds(property: string, value: DurationLike, min: number, max = Number.MAX_SAFE_INTEGER): number {
    const milliseconds = this.milliseconds(property, value);
    const seconds = milliseconds / 1000;
    if (!Number.isInteger(seconds) || seconds < min || seconds > max) {
      this.fail(
        `${property} is ${humanDuration(milliseconds)}`,
        `give whole seconds${max === Number.MAX_SAFE_INTEGER ? `, at least ${min}` : `, from ${min} to ${max}`}`,
      );
    }
    return seconds;
  }

  /** A duration in whole days, rounded up: who asks for 36 hours wants no less. */
  days(property: string, value: DurationLike): number {
    const days = Math.ceil(this.milliseconds(property, value) / 86_400_000);
    if (days < 1) this.fail(`${property} is zero`, 'give a day or more');
    return days;
  }

  /** Environment variables: names every target takes, values that are text of the platform's own framework. */
  environment(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    for (const [name, value] of Object.entries(variables)) {
      this.variableName('environment', name);
      if (typeof value !== 'string') this.fail(`environment.${name} is ${shown(value)}`, 'give a string');
    }
    return variables;
  }

  variableName(property: string, name: string): void {
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
      this.fail(`${property} has the name ${shown(name)}`, 'use letters, digits and _, starting with a letter');
    }
    const reserved = RESERVED_ENVIRONMENT.find(({ pattern }) => pattern.test(name));
    if (reserved)
      this.fail(`${property} has the name '${name}', which ${reserved.owner} keeps for itself`, 'choose another name');
  }

  tags(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    for (const [key, value] of Object.entries(tags)) {
      if (typeof value !== 'string') this.fail(`tags.${key} is ${shown(value)}`, 'give a string');
    }
    return tags;
  }

  /** Refuses tokens of frameworks that the platform is not made with. */
  own(property: string, value: unknown): void {
    refuseForeignTokens(this.path, property, value, this.platform.framework, this.platform.name);
  }

  /** A key of `triggers` or `links`: it becomes part of construct ids, environment variables and URLs. */
  key(property: string, name: string): string {
    if (!/^[A-Za-z][A-Za-z0-9]{0,63}$/.test(name)) {
      this.fail(`${property} has the key ${shown(name)}`, 'use up to 64 letters and digits, starting with a letter');
    }
    return name;
  }

  /** A duration in milliseconds, which may have a fraction. */
  milliseconds(property: string, value: DurationLike): number {
    if (typeof value?.toMilliseconds !== 'function')
      this.fail(`${property} is ${shown(value)}`, 'give a Duration, as in Duration.seconds(30)');
    try {
      // CDK's Duration refuses to lose a fraction unless told; a late value throws in any case.
      return value.toMilliseconds({ integral: false });
    } catch (error) {
      return this.fail(
        `${property} is not known yet (${(error as Error).message})`,
        'give a plain Duration: limits are checked at synthesis',
      );
    }
  }
}

/** A deep copy that nobody can change, so that a spec stays what it was when it was checked. */
export function frozen<T>(value: T): T {
  if (Array.isArray(value)) return Object.freeze(value.map(frozen)) as T;
  if (value !== null && typeof value === 'object') {
    return Object.freeze(
      Object.fromEntries(Object.entries(value).flatMap(([k, v]) => (v === undefined ? [] : [[k, frozen(v)]]))),
    ) as T;
  }
  return value;
}
