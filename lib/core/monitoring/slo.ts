import type { BurnRateAlertSpec, Severity } from '../model.js';

/**
 * Multi-window, multi-burn-rate alerts with the parameters of Google's SRE workbook, for a window of 30 days: 14.4, 6, 3 and 1.
 * https://sre.google/workbook/alerting-on-slos/ (table «Recommended time windows and burn rates», and the rules above it)
 */
const WINDOWS: readonly { severity: Severity; budgetUsed: number; longWindowSeconds: number }[] = [
  { severity: 'page', budgetUsed: 0.02, longWindowSeconds: 3600 },
  { severity: 'page', budgetUsed: 0.05, longWindowSeconds: 6 * 3600 },
  { severity: 'ticket', budgetUsed: 0.1, longWindowSeconds: 24 * 3600 },
  { severity: 'ticket', budgetUsed: 0.1, longWindowSeconds: 3 * 24 * 3600 },
];

/** «a good guideline is to make the short window 1/12 the duration of the long window» (the same chapter). */
const SHORT = 1 / 12;

/**
 * The alerts of an objective. Windows stay what they are, as people react within hours whatever the objective's window is; burn rates
 * follow from the share of the budget they stand for: `budgetUsed × window / long window`.
 *
 * A rate below 1 would alert on what the objective allows, so it is raised to 1, and of several that would be, the longest stays. A
 * rate at which more than all events had to fail can never be reached (an objective of 90 % burns 10 times too fast at most) and is
 * left out.
 */
export function burnRateAlerts(objective: number, windowSeconds: number): readonly BurnRateAlertSpec[] {
  const errorBudget = round(1 - objective);
  const alerts = WINDOWS.filter(({ longWindowSeconds }) => longWindowSeconds < windowSeconds).map((alert) => {
    const exact = (alert.budgetUsed * windowSeconds) / alert.longWindowSeconds;
    const burnRate = round(Math.max(1, exact));
    return {
      ...alert,
      budgetUsed: round((burnRate * alert.longWindowSeconds) / windowSeconds),
      shortWindowSeconds: alert.longWindowSeconds * SHORT,
      burnRate,
      errorRatio: round(burnRate * errorBudget),
    };
  });
  const slowest = alerts.filter(({ burnRate }) => burnRate === 1).at(-1);
  return alerts.filter((alert) => alert.errorRatio < 1 && (alert.burnRate > 1 || alert === slowest));
}

/** Events that may still be bad, of those of a whole window. */
export interface ErrorBudget {
  readonly allowed: number;
  readonly used: number;
  /** From 1 down to 0, and below when the objective is missed. */
  readonly remaining: number;
}

export function errorBudget(objective: number, good: number, total: number): ErrorBudget {
  const allowed = round(total * (1 - objective));
  const used = total - good;
  return { allowed, used, remaining: allowed === 0 ? (used === 0 ? 1 : Number.NEGATIVE_INFINITY) : 1 - used / allowed };
}

/** Without the last digits of binary fractions: 1 - 0.999 is 0.001. */
function round(value: number): number {
  return Number(value.toPrecision(12));
}
