import { describe, expect, test } from 'vitest';
import { FEATURES } from '../../lib/core/capabilities.js';
import { declarePart, type Part } from './service.js';
import type { Running, Target } from './target.js';

/** What the cases of a part of the suite look at. */
export interface Suite {
  readonly target: Target;
  /** The service's functions, once they run. */
  running(): Running;
  /** What handlers reported since the test began. */
  readonly seen: readonly Record<string, unknown>[];
}

/** Cases of what not every target has. Where the target's table says that it has not, one sees it refused instead, with the table's reason. */
export function describePart({ target }: Suite, part: Part, cases: () => void): void {
  const support = target.capabilities[part];
  if (!('unsupported' in support)) {
    describe(FEATURES[part], cases);
    return;
  }
  test(`${FEATURES[part]}: refused`, () => {
    expect(() => declarePart(target.scope(), part)).toThrow(support.unsupported);
  });
}
