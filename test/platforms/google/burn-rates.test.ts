/** Burn-rate policies, run by Prometheus' own tool, and compared with faasten's evaluator. */
import { describe, expect, test } from 'vitest';
import { evaluateSlo } from '../../../lib/core/monitoring/evaluate.js';
import { Duration, describe as describeService, ServerlessFunction, Service, type SloOptions } from '../../../lib/index.js';
import { missing } from '../../engines/engine.js';
import { available, type Expectation, type Series, testRules } from '../../engines/prometheus.js';
import { entry, newWatchedStack, resourcesOf } from './stacks.js';

const HOURS = 9;

interface Minute {
  readonly total: number;
  readonly bad: number;
}

/** Points of a metric of logs: one each minute. They begin with a window that is long past. */
function counter(name: string, metric: string, labels: string, minutes: readonly number[]): Series {
  const all = `monitored_resource="cloud_run_revision",service="shop/Shop"${labels}`;
  let sum = 0;
  return {
    series: `logging_googleapis_com:user_shop_faasten_${metric}${name}{${all}}`,
    values: [0, ...minutes].map((value) => {
      sum += value;
      return sum;
    }),
  };
}

/** Metrics of what was reported, whose names end with a hash. */
const REPORTED = {
  availability: (minutes: readonly Minute[], metric: string) => [
    counter(
      '',
      metric,
      ',kind="http",outcome="ok"',
      minutes.map(({ total, bad }) => total - bad),
    ),
    counter(
      '',
      metric,
      ',kind="http",outcome="error"',
      minutes.map(({ bad }) => Math.ceil(bad / 2)),
    ),
    counter(
      '',
      metric,
      ',kind="queue",outcome="timeout"',
      minutes.map(({ bad }) => Math.floor(bad / 2)),
    ),
  ],
  latency: (minutes: readonly Minute[], metric: string) => [
    counter(
      '_bucket',
      metric,
      ',kind="http",le="300"',
      minutes.map(({ total, bad }) => total - bad),
    ),
    counter(
      '_bucket',
      metric,
      ',kind="http",le="+Inf"',
      minutes.map(({ total }) => total),
    ),
    counter(
      '_count',
      metric,
      ',kind="http"',
      minutes.map(({ total }) => total),
    ),
    // Nobody waits for it.
    counter(
      '_count',
      metric,
      ',kind="queue"',
      minutes.map(() => 1000),
    ),
  ],
} as const;

const OBJECTIVES: Readonly<Record<keyof typeof REPORTED, SloOptions>> = {
  availability: { availability: 99.9 },
  latency: { latency: { percentile: 99, threshold: Duration.millis(300) } },
};

function service(name: keyof typeof REPORTED) {
  const stack = newWatchedStack();
  const made = new Service(stack, 'Shop', { slo: OBJECTIVES[name] });
  new ServerlessFunction(made, 'F', { entry });
  const policies = Object.entries(resourcesOf(stack, 'google_monitoring_alert_policy'))
    .filter(([id]) => id.includes('_Burn'))
    .map(([id, { severity, conditions }]) => ({
      window: /_Burn(\w+)$/.exec(id)![1]!,
      severity: severity as string,
      query: conditions[0].condition_prometheus_query_language.query as string,
    }));
  return { slo: describeService(made).slos[0]!, policies };
}

describe.skipIf(missing('promtool', available()))('burn the error budget as the evaluator says', () => {
  const CASES: Record<string, { of: keyof typeof REPORTED; minute: (index: number) => Minute; silent?: true }> = {
    'a full outage': {
      of: 'availability',
      minute: (index) => ({ total: 100, bad: index >= 180 && index < 210 ? 100 : 0 }),
    },
    'a slow burn': { of: 'availability', minute: (index) => ({ total: 100, bad: index % 4 === 0 ? 3 : 0 }) },
    'one failure of few': {
      of: 'availability',
      minute: (index) => ({ total: index % 20 === 0 ? 1 : 0, bad: index === 100 ? 1 : 0 }),
      silent: true,
    },
    'two failures of few': {
      of: 'availability',
      minute: (index) => ({ total: index % 20 === 0 ? 1 : 0, bad: index === 240 || index === 260 ? 1 : 0 }),
    },
    'slow answers': { of: 'latency', minute: (index) => ({ total: 40, bad: index >= 120 && index < 400 ? 8 : 0 }) },
  };

  test.each(Object.entries(CASES))('%s', (_, { of, minute, silent = false }) => {
    const { slo, policies } = service(of);
    expect(policies).toHaveLength(4);
    // Three days in which nothing happened, so that every window is whole.
    const before = 72 * 60;
    const minutes = Array.from({ length: before + HOURS * 60 }, (_each, index) =>
      index < before ? { total: 0, bad: 0 } : minute(index - before),
    );
    const samples = minutes.map(({ total, bad }, index) => ({ atSeconds: (index + 1) * 60, good: total - bad, total }));
    const { firings } = evaluateSlo(slo, samples);
    const metric = /user_shop_faasten_(\w+?)(?:_bucket|_count)?\{/.exec(policies[0]!.query)![1]!;
    const expected: Expectation[] = [];
    let on = 0;
    for (let at = (before + 10) * 60; at <= minutes.length * 60; at += 600) {
      for (const { window, severity, query } of policies) {
        const firing = firings.find(
          ({ alert, fromSeconds, toSeconds = Number.POSITIVE_INFINITY }) =>
            window ===
              (alert.longWindowSeconds >= 86_400
                ? `${alert.longWindowSeconds / 86_400}d`
                : `${alert.longWindowSeconds / 3600}h`) &&
            fromSeconds <= at &&
            at < toSeconds,
        );
        if (firing) {
          on += 1;
          expect(severity).toBe(firing.severity === 'page' ? 'CRITICAL' : 'WARNING');
        }
        expected.push({ expr: `count(${query})`, atSeconds: at, samples: firing ? [{ labels: '{}', value: 1 }] : [] });
      }
    }
    expect(testRules({ groups: [] }, 60, REPORTED[of](minutes, metric), expected)).toBe('');
    expect(on > 0).toBe(!silent);
  });
});
