import { expect, describe as group, it, test } from 'vitest';
import { alarmDefault } from '../../../lib/core/monitoring/alarms.js';
import { type EventSample, evaluateAlarm, evaluateSlo } from '../../../lib/core/monitoring/evaluate.js';
import { burnRateAlerts, errorBudget } from '../../../lib/core/monitoring/slo.js';
import type { AlarmSpec, SloSpec } from '../../../lib/index.js';
import { AlertChannel, Duration, describe, HttpApi, ServerlessFunction, Service } from '../../../lib/index.js';
import { watchingRoot } from './watching-paper.js';

const entry = __filename;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

const slo = (objective: number, windowSeconds = 30 * DAY, minBadEvents = 2): SloSpec => ({
  name: 'availability',
  subject: { kind: 'service', path: 'shop' },
  objective,
  windowSeconds,
  alerts: burnRateAlerts(objective, windowSeconds),
  minBadEvents,
  runbook: '',
  silences: [],
});

/** `perMinute` events each minute of `minutes`, of which a share fails between two times. */
function traffic(minutes: number, perMinute: number, ratio: number, from = 0, to = minutes): EventSample[] {
  return Array.from({ length: minutes }, (_, index) => {
    const bad = index >= from && index < to ? perMinute * ratio : 0;
    return { atSeconds: (index + 1) * MINUTE, good: perMinute - bad, total: perMinute };
  });
}

// https://sre.google/workbook/alerting-on-slos/#recommended_parameters_for_an_slo_based_alerting_configuration: 14.4 for 2 % of the
// budget in an hour, 6 for 5 % in six, 1 for 10 % in three days; and its rule for a day at 3.
test('the alerts of 99.9 % over 30 days are the workbook’s', () => {
  expect(burnRateAlerts(0.999, 30 * DAY)).toEqual([
    {
      severity: 'page',
      budgetUsed: 0.02,
      longWindowSeconds: HOUR,
      shortWindowSeconds: 5 * MINUTE,
      burnRate: 14.4,
      errorRatio: 0.0144,
    },
    {
      severity: 'page',
      budgetUsed: 0.05,
      longWindowSeconds: 6 * HOUR,
      shortWindowSeconds: 30 * MINUTE,
      burnRate: 6,
      errorRatio: 0.006,
    },
    { severity: 'ticket', budgetUsed: 0.1, longWindowSeconds: DAY, shortWindowSeconds: 2 * HOUR, burnRate: 3, errorRatio: 0.003 },
    {
      severity: 'ticket',
      budgetUsed: 0.1,
      longWindowSeconds: 3 * DAY,
      shortWindowSeconds: 6 * HOUR,
      burnRate: 1,
      errorRatio: 0.001,
    },
  ]);
});

group('the alerts of another window or objective', () => {
  const rates = (objective: number, days: number) =>
    burnRateAlerts(objective, days * DAY).map(
      ({ burnRate, longWindowSeconds }) => `${burnRate} in ${longWindowSeconds / HOUR} h`,
    );

  it.each([
    [0.999, 7, ['3.36 in 1 h', '1.4 in 6 h', '1 in 72 h']],
    [0.999, 28, ['13.44 in 1 h', '5.6 in 6 h', '2.8 in 24 h', '1 in 72 h']],
    [0.999, 90, ['43.2 in 1 h', '18 in 6 h', '9 in 24 h', '3 in 72 h']],
    [0.999, 1, ['1 in 6 h']],
    // All of the events fail: that burns 10 times too fast.
    [0.9, 30, ['6 in 6 h', '3 in 24 h', '1 in 72 h']],
    [0.5, 30, ['1 in 72 h']],
  ])('%s over %i days', (objective, days, expected) => {
    expect(rates(objective, days)).toEqual(expected);
    for (const { errorRatio } of burnRateAlerts(objective, days * DAY)) expect(errorRatio).toBeLessThan(1);
  });

  it('use up the share of the budget that they say', () => {
    for (const { burnRate, longWindowSeconds, budgetUsed } of burnRateAlerts(0.99, 45 * DAY)) {
      expect(burnRate * longWindowSeconds).toBeCloseTo(budgetUsed * 45 * DAY, 6);
    }
  });
});

group('evaluation', () => {
  // By hand, from the workbook: an alert fires after (1 - objective) × window × burn rate ÷ error ratio. Evaluated each minute, the
  // first minute that is over it.
  it.each([
    // Everything fails: 0.001 × 60 min × 14.4 ÷ 1 = 0.864 min; 0.001 × 360 × 6 = 2.16; 0.001 × 1440 × 3 = 4.32; 0.001 × 4320 × 1 = 4.32.
    [1, [1, 3, 5, 5]],
    // One in ten fails: 8.64; 21.6; 43.2; 43.2.
    [0.1, [9, 22, 44, 44]],
    // One in a hundred fails, 10 times too many: never at 14.4; 216; 432; 432.
    [0.01, [undefined, 217, 433, 433]],
    // Twice too many: never at 14.4, 6, 3; 0.001 × 4320 × 1 ÷ 0.002 = 2160.
    [0.002, [undefined, undefined, undefined, 2161]],
    // Exactly what is allowed is no alert.
    [0.001, [undefined, undefined, undefined, undefined]],
  ])('of an error ratio of %d fires after minutes %o', (ratio, expected) => {
    const quiet = 3 * 1440;
    // Three days without a failure come first, so that every long window is full.
    const samples = traffic(quiet + 3000, 1_000_000, ratio, quiet);
    const { firings } = evaluateSlo(slo(0.999), samples, { everySeconds: MINUTE });
    const minutes = [14.4, 6, 3, 1].map((rate) => {
      const firing = firings.find(({ alert }) => alert.burnRate === rate);
      return firing && firing.fromSeconds / MINUTE - quiet;
    });
    expect(minutes).toEqual(expected);
  });

  it('ends with the short window, long before the long one', () => {
    const quiet = 1440;
    // Ten minutes during which everything fails.
    const { firings } = evaluateSlo(slo(0.999), traffic(2 * quiet, 1000, 1, quiet, quiet + 10));
    const [fast, slow] = firings.filter(({ severity }) => severity === 'page');
    // The last failure is of minute 10; five minutes later the short window of 5 minutes holds none.
    expect([fast!.fromSeconds / MINUTE - quiet, fast!.toSeconds! / MINUTE - quiet]).toEqual([1, 15]);
    expect([slow!.fromSeconds / MINUTE - quiet, slow!.toSeconds! / MINUTE - quiet]).toEqual([3, 40]);
  });

  it('needs more than one failure, however few events there are', () => {
    const one = [{ atSeconds: MINUTE, good: 0, total: 1 }];
    expect(evaluateSlo(slo(0.999), one).firings).toEqual([]);
    expect(evaluateSlo(slo(0.999, 30 * DAY, 1), one).firings).toHaveLength(4);
    const two = [...one, { atSeconds: 2 * MINUTE, good: 0, total: 1 }];
    expect(evaluateSlo(slo(0.999), two).firings.map(({ fromSeconds }) => fromSeconds)).toEqual([120, 120, 120, 120]);
  });

  it('takes a gap for no traffic', () => {
    const failing = traffic(10, 100, 0.5);
    const later = { atSeconds: 10 * HOUR, good: 100, total: 100 };
    const { firings } = evaluateSlo(slo(0.999), [...failing, later]);
    const fast = firings.filter(({ alert }) => alert.burnRate === 14.4);
    expect(fast.map(({ fromSeconds, toSeconds }) => [fromSeconds / MINUTE, toSeconds! / MINUTE])).toEqual([[1, 15]]);
    expect(evaluateSlo(slo(0.999), []).firings).toEqual([]);
  });

  it('tells the error budget', () => {
    expect(evaluateSlo(slo(0.99), traffic(100, 100, 0.05, 0, 10)).budget).toEqual({ allowed: 100, used: 50, remaining: 0.5 });
    expect(errorBudget(0.99, 0, 0).remaining).toBe(1);
    expect(errorBudget(0.99, 900, 1000)).toEqual({ allowed: 10, used: 100, remaining: -9 });
  });
});

group('evaluation of an alarm', () => {
  const alarm = (
    kind: 'function' | 'queue' | 'schedule',
    name: 'errors' | 'throttles' | 'duration' | 'missedRun',
    some: Partial<AlarmSpec> = {},
  ) => {
    const { threshold: _, windowSeconds: __, ...row } = alarmDefault(kind, name);
    return { ...row, threshold: 5, windowSeconds: 300, ...some } as unknown as AlarmSpec;
  };
  const at = (minute: number, value: number, total?: number) => ({ atSeconds: minute * MINUTE, value, total });

  it('of a share needs enough bad events', () => {
    expect(evaluateAlarm(alarm('function', 'errors'), [at(1, 1, 1)])).toEqual([]);
    expect(evaluateAlarm(alarm('function', 'errors'), [at(1, 1, 10), at(2, 1, 10), at(8, 0, 10)])).toEqual([
      { severity: 'page', fromSeconds: 120, toSeconds: 360 },
    ]);
    // 5 % is not more than 5 %.
    expect(evaluateAlarm(alarm('function', 'errors'), [at(1, 5, 100)])).toEqual([]);
  });

  it('counts periods', () => {
    const throttles = alarm('function', 'throttles', { threshold: 1 });
    expect(evaluateAlarm(throttles, [at(1, 1), at(4, 1)])).toEqual([]);
    expect(evaluateAlarm(throttles, [at(1, 1), at(7, 1)])).toMatchObject([{ fromSeconds: 420 }]);
  });

  it('takes percentiles', () => {
    const slow = alarm('function', 'duration', { threshold: 95, windowSeconds: 900 });
    const durations = (count: number) => Array.from({ length: count }, (_, index) => at(1, index + 1));
    expect(evaluateAlarm(slow, durations(100))).toHaveLength(1);
    expect(evaluateAlarm(slow, durations(94))).toEqual([]);
  });

  it('misses a run', () => {
    const missed = alarm('schedule', 'missedRun', { threshold: 1, windowSeconds: HOUR });
    expect(evaluateAlarm(missed, [at(0, 1), at(150, 1)])).toEqual([{ severity: 'ticket', fromSeconds: 3600, toSeconds: 9000 }]);
  });
});

group('an slo', () => {
  it('of a service counts its functions, those of a nested one with an slo of its own apart', () => {
    const { root, paper } = watchingRoot();
    const ops = new AlertChannel(root, 'Ops', { email: 'ops@shop.example' });
    const shop = new Service(root, 'Shop', {
      slo: { availability: 99.9, latency: { percentile: 95, threshold: Duration.millis(300) } },
      monitoring: { channels: { page: [ops] } },
    });
    const pay = new Service(shop, 'Pay', { slo: { availability: 99.99, window: Duration.days(7) } });
    new ServerlessFunction(shop, 'A', { entry });
    new ServerlessFunction(pay, 'B', { entry });
    new ServerlessFunction(new Service(shop, 'Mail'), 'C', { entry });
    expect(paper.slos.map(({ at, spec, subjects }) => [at, spec.objective, subjects().map(({ path }) => path)])).toEqual([
      ['App/Shop/Monitoring/Slo/availability', 0.999, ['App/Shop/A', 'App/Shop/Mail/C']],
      ['App/Shop/Monitoring/Slo/latency', 0.95, ['App/Shop/A', 'App/Shop/Mail/C']],
      ['App/Shop/Pay/Monitoring/Slo/availability', 0.9999, ['App/Shop/Pay/B']],
    ]);
    expect(paper.slos[1]!.spec).toMatchObject({ thresholdMillis: 300, windowSeconds: 30 * DAY, minBadEvents: 2 });
    expect([...paper.instrumented.values()].map((spec) => spec())).toEqual([
      { service: 'App/Shop', thresholdsMillis: [300] },
      { service: 'App/Shop/Pay', thresholdsMillis: [] },
      { service: 'App/Shop', thresholdsMillis: [300] },
    ]);
    expect(describe(shop).slos[0]!.channels).toEqual({ page: ['App/Ops'], ticket: [] });
  });

  it('of an API tells its threshold to the functions behind it', () => {
    const { root, paper } = watchingRoot();
    const fn = new ServerlessFunction(root, 'A', { entry });
    const api = new HttpApi(root, 'Api', { slo: { latency: { percentile: 99, threshold: Duration.seconds(1) } } });
    api.addRoute('GET /', fn);
    expect([...paper.instrumented.values()][0]!()).toEqual({ thresholdsMillis: [1000] });
    expect(paper.slos[0]!.at).toBe('App/Api/Slo/latency');
  });

  it.each([
    [{}, 'slo is empty; give availability, latency or both'],
    [{ availability: 100 }, 'slo.availability is 100; give percent'],
    [{ availability: 0.999 }, 'slo.availability is 0.999; give percent'],
    [{ availability: 99, window: Duration.hours(30) }, 'slo.window is 108000 seconds; give whole days'],
    [{ availability: 99, minBadEvents: -1 }, 'slo.minBadEvents is -1'],
    [{ latency: { percentile: 95, threshold: Duration.millis(0) } }, 'slo.latency.threshold is 0 milliseconds'],
  ])('that is wrong is refused: %o', (wrong, message) => {
    const { root } = watchingRoot();
    expect(() => new ServerlessFunction(root, 'F', { entry, slo: wrong })).toThrow(`function 'App/F': ${message}`);
  });

  it('does not go with monitoring that is off', () => {
    const { root } = watchingRoot();
    const message = 'it has an slo, but monitoring is off; leave one of the two out';
    expect(() => new ServerlessFunction(root, 'F', { entry, slo: { availability: 99 }, monitoring: false })).toThrow(message);
    expect(() => new Service(root, 'S', { slo: { availability: 99 }, monitoring: false })).toThrow(message);
  });
});
