import { FaastenError } from './errors.js';

/**
 * A length of time. Every framework's own `Duration` (aws-cdk-lib, cdk8s) fits too, as long as it is no late value.
 */
export interface DurationLike {
  toMilliseconds(options?: { integral?: boolean }): number;
}

/** A length of time with its unit in the name: `Duration.seconds(30)`. Immutable. */
export class Duration implements DurationLike {
  static millis(amount: number): Duration {
    return new Duration(amount, 1);
  }
  static seconds(amount: number): Duration {
    return new Duration(amount, 1000);
  }
  static minutes(amount: number): Duration {
    return new Duration(amount, 60_000);
  }
  static hours(amount: number): Duration {
    return new Duration(amount, 3_600_000);
  }
  static days(amount: number): Duration {
    return new Duration(amount, 86_400_000);
  }

  private readonly milliseconds: number;

  private constructor(amount: number, unit: number) {
    if (!Number.isFinite(amount) || amount < 0) {
      throw new FaastenError('invalid-value', `a Duration cannot be ${amount}; give a number that is zero or more`);
    }
    this.milliseconds = amount * unit;
  }

  toMilliseconds(): number {
    return this.milliseconds;
  }
  toSeconds(): number {
    return this.milliseconds / 1000;
  }
  /** As people say it: `1 hour 30 minutes`. */
  toString(): string {
    return humanDuration(this.milliseconds);
  }
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
] as const;

export function humanDuration(milliseconds: number): string {
  const parts: string[] = [];
  let rest = milliseconds;
  for (const [name, size] of UNITS) {
    const count = name === 'millisecond' ? rest : Math.floor(rest / size);
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? '' : 's'}`);
    rest -= count * size;
  }
  return parts.join(' ') || '0 seconds';
}
