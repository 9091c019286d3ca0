/** The rules of a chart, run by Prometheus' own tool, and compared with faasten's evaluator. */
import { describe, expect, test } from 'vitest';
import { evaluateSlo } from '../../../lib/core/monitoring/evaluate.js';
import { physicalName } from '../../../lib/core/names.js';
import {
  Duration,
  describe as describeService,
  Queue,
  Schedule,
  ServerlessFunction,
  Service,
  type ServiceProps,
} from '../../../lib/index.js';
import { missing } from '../../engines/engine.js';
import { available, checkRules, type Expectation, type Series, testRules } from '../../engines/prometheus.js';
import { newWatchedChart, theOnly } from './charts.js';

const STEP = 15;
const PER_MINUTE = 60 / STEP;
const LABELS = `faasten_chart="${physicalName('shop/FaastenMonitoring', 48)}",namespace="team"`;

function rulesOf(props: ServiceProps = {}): { rules: object; service: Service } {
  const chart = newWatchedChart();
  const service = new Service(chart, 'Shop', { root: __dirname, ...props });
  const queue = new Queue(service, 'Orders');
  new ServerlessFunction(service, 'Fulfil', {
    entry: 'handler.ts',
    triggers: { Orders: queue.messages(), Nightly: Schedule.rate(Duration.minutes(30)) },
  });
  new ServerlessFunction(service, 'Other', { entry: 'handler.ts' });
  return { rules: theOnly(chart, 'PrometheusRule').spec, service };
}

/** What a function did in a minute. */
interface Minute {
  readonly total: number;
  readonly bad: number;
}

/**
 * Counters as Prometheus scrapes them of instances that live for a while: the first value of an instance holds what it has done
 * before it was scraped, and is gone with the instance. `gap` minutes are not scraped at all.
 */
function scraped(minutes: readonly Minute[], lifetime: number, gaps: ReadonlySet<number>): Series[] {
  const made: Series[] = [];
  const steps = minutes.length * PER_MINUTE + 1;
  for (let start = 0; start < minutes.length; start += lifetime) {
    const life = minutes.slice(start, start + lifetime);
    for (const [name, field] of [
      ['invocations', 'total'],
      ['errors', 'bad'],
    ] as const) {
      const values: (number | undefined)[] = Array.from({ length: steps }, () => undefined);
      let sum = 0;
      for (const [index, minute] of life.entries()) {
        sum += minute[field];
        // All of a minute is done at its first scrape; three more see the same.
        for (let scrape = 1; scrape <= PER_MINUTE; scrape += 1) {
          if (!gaps.has(start + index)) values[(start + index) * PER_MINUTE + scrape] = sum;
        }
      }
      const labels = `${LABELS},function="shop/Shop/Fulfil",service="shop/Shop",kind="queue",trigger="Orders",pod="p${start}"`;
      made.push({ series: `faasten_${name}_total{${labels}}`, values });
    }
  }
  return made;
}

describe.skipIf(missing('promtool', available()))('promtool', () => {
  test('takes the rules, and refuses what is none', () => {
    const { rules } = rulesOf({ slo: { availability: 99.9, latency: { percentile: 95, threshold: Duration.millis(300) } } });
    expect(checkRules(rules)).toBe('');
    expect(checkRules({ groups: [{ name: 'a', rules: [{ record: 'a', expr: 'sum by (' }] }] })).toContain('parse error');
  });

  test('counts all that instances did, however short they lived', () => {
    const { rules } = rulesOf();
    const minutes = Array.from({ length: 30 }, (_, minute) => ({ total: minute % 3, bad: minute % 2 }));
    const total = minutes.reduce((sum, minute) => sum + minute.total, 0);
    const bad = minutes.reduce((sum, minute) => sum + minute.bad, 0);
    const expr = (name: string) => `sum(sum_over_time(faasten:${name}:increase1m[30m]))`;
    for (const lifetime of [1, 4, 30]) {
      expect(
        testRules(rules, STEP, scraped(minutes, lifetime, new Set()), [
          { expr: expr('invocations'), atSeconds: 1800, samples: [{ labels: '{}', value: total }] },
          { expr: expr('errors'), atSeconds: 1800, samples: [{ labels: '{}', value: bad }] },
        ]),
      ).toBe('');
    }
  });

  test('sees a function that fails, and not one failure alone', () => {
    const { rules } = rulesOf();
    const minutes = Array.from({ length: 40 }, (_, minute) => ({ total: 1, bad: minute === 5 || minute >= 20 ? 1 : 0 }));
    const on = (atSeconds: number, value: number | undefined): Expectation => ({
      expr: 'sum by (function, severity) (ALERTS{alertname="FunctionErrors"})',
      atSeconds,
      samples: value === undefined ? [] : [{ labels: '{function="shop/Shop/Fulfil", severity="page"}', value }],
    });
    expect(
      testRules(rules, STEP, scraped(minutes, 10, new Set()), [
        on(360, undefined),
        on(1260, undefined),
        on(1320, 1),
        on(2400, 1),
      ]),
    ).toBe('');
  });

  test('sees a schedule that did not run for longer than it should', () => {
    const { rules } = rulesOf();
    const labels = `${LABELS},function="shop/Shop/Fulfil",kind="schedule",trigger="Nightly",pod="a"`;
    // Runs at minute 10 and 40, then no more. 30 minutes and a grace of 10.
    const values = Array.from({ length: 100 * PER_MINUTE }, (_, step) => (step < 41 ? 1 : 2)).map((value, step) =>
      step < 41 && step < 10 * PER_MINUTE ? undefined : step < 40 * PER_MINUTE ? 1 : value,
    );
    const on = (minute: number, state: 'pending' | 'firing' | undefined): Expectation => ({
      expr: 'sum by (alertstate, schedule) (ALERTS{alertname="ScheduleMissedRun"})',
      atSeconds: minute * 60,
      samples: state ? [{ labels: `{alertstate="${state}", schedule="shop/Shop/Fulfil/Nightly"}`, value: 1 }] : [],
    });
    expect(
      testRules(
        rules,
        STEP,
        [{ series: `faasten_invocations_total{${labels}}`, values }],
        [on(5, 'pending'), on(10, undefined), on(39, 'pending'), on(40, undefined), on(80, 'pending'), on(81, 'firing')],
      ),
    ).toBe('');
  });

  const hours = 6;
  const cases: Record<string, { minute: (index: number) => Minute; gaps?: readonly number[]; lifetime: number; silent?: true }> =
    {
      'a full outage': { minute: (index) => ({ total: 100, bad: index >= 120 && index < 150 ? 100 : 0 }), lifetime: 60 },
      'a slow burn': { minute: (index) => ({ total: 100, bad: index % 4 === 0 ? 3 : 0 }), lifetime: 7 },
      'one failure of few': {
        minute: (index) => ({ total: index % 20 === 0 ? 1 : 0, bad: index === 100 ? 1 : 0 }),
        lifetime: 1,
        silent: true,
      },
      'two failures of few': {
        minute: (index) => ({ total: index % 20 === 0 ? 1 : 0, bad: index === 100 || index === 120 ? 1 : 0 }),
        lifetime: 1,
      },
      'gaps in what was scraped': {
        minute: (index) => ({ total: 50, bad: index % 3 === 0 ? 2 : 0 }),
        gaps: [100, 101, 102, 103, 200, 201],
        lifetime: 480,
      },
    };
  test.each(Object.entries(cases))(
    'burns the error budget as the evaluator says: %s',
    (_, { minute, gaps = [], lifetime, silent = false }) => {
      const { rules, service } = rulesOf({ slo: { availability: 99.9 } });
      const [slo] = describeService(service).slos;
      const minutes = Array.from({ length: hours * 60 }, (_each, index) => minute(index));
      const missed = new Set(gaps);
      // What happens in a gap is seen when it is over.
      let waiting = { total: 0, bad: 0 };
      const samples = minutes.flatMap(({ total, bad }, index) => {
        waiting = { total: waiting.total + total, bad: waiting.bad + bad };
        if (missed.has(index)) return [];
        const seen = waiting;
        waiting = { total: 0, bad: 0 };
        return [{ atSeconds: (index + 1) * 60, good: seen.total - seen.bad, total: seen.total }];
      });
      const { firings } = evaluateSlo(slo!, samples, { untilSeconds: hours * 3600 });
      const expected: Expectation[] = [];
      for (let at = 600; at <= hours * 3600; at += 300) {
        const on = firings.filter(({ fromSeconds, toSeconds = Number.POSITIVE_INFINITY }) => fromSeconds <= at && at < toSeconds);
        expected.push({
          expr: 'sum by (severity, window) (ALERTS{alertname="ErrorBudgetBurn"})',
          atSeconds: at,
          samples: on.map(({ alert, severity }) => ({
            labels: `{severity="${severity}", window="${alert.longWindowSeconds >= 86_400 ? `${alert.longWindowSeconds / 86_400}d` : `${alert.longWindowSeconds / 3600}h`}"}`,
            value: 1,
          })),
        });
      }
      expect(testRules(rules, STEP, scraped(minutes, lifetime, missed), expected)).toBe('');
      expect(expected.some(({ samples: some }) => some.length > 0)).toBe(!silent);
    },
  );
});
