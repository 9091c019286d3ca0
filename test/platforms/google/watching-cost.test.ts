import { expect, test } from 'vitest';
import { HttpApi, Queue, Schedule, ServerlessFunction, Service } from '../../../lib/index.js';
import { GoogleService } from '../../../lib/platforms/google/index.js';
import { entry, newWatchedStack, resourcesOf } from './stacks.js';

const MINUTES = 30 * 24 * 60;

test('what watching a service costs, part by part', () => {
  const stack = newWatchedStack();
  const service = new Service(stack, 'Shop', { slo: { availability: 99.9 } });
  const fn = new ServerlessFunction(service, 'Hello', { entry, triggers: { Nightly: Schedule.cron('0 3 * * *') } });
  new ServerlessFunction(service, 'Other', { entry });
  new HttpApi(service, 'Api', { routes: { 'GET /': fn } });
  const cost = GoogleService.watchingCost(service);
  // errors, duration, memory, throttles, deadLetters, missedRun; serverErrors, latency; one for each window of the objective
  expect(cost.alarms).toBe(6 + 2 + 4);
  const queries = Object.values(resourcesOf(stack, 'google_monitoring_alert_policy')).map(
    ({
      conditions: [
        {
          condition_prometheus_query_language: { query },
        },
      ],
    }) => query as string,
  );
  expect(queries).toHaveLength(cost.alarms);
  const { metricReferences, points, logMetricsMiB, dashboards } = cost.parts;
  expect(metricReferences).toEqual({
    count: queries.join(' ').match(/monitored_resource=/g)?.length,
    usdEach: 0.35,
    from: '2027-09-01',
  });
  // Clauses with a metric, as Google cuts them. Of the two functions, one has dead letters; the others give one series each.
  const perMinute = {
    ...{ errors: 2 * 2, duration: 2, memory: 2, throttles: 2, deadLetters: 1, missedRun: 1 },
    ...{ serverErrors: 2, latency: 1, objective: 4 * 3 },
  };
  const all = Object.values(perMinute).reduce((sum, each) => sum + each, 0);
  expect(points).toMatchObject({ count: all * MINUTES, from: '2027-09-01' });
  // One function is entered by requests and by the schedule, each well and not; nothing leads to the other.
  expect(logMetricsMiB.count).toBeCloseTo((8 * 2 * 2 * MINUTES) / 2 ** 20, 9);
  expect(dashboards).toEqual({ count: 1, usdEach: 0 });
  expect(cost.usdPerMonth).toBe(Number((logMetricsMiB.count * 0.258).toFixed(2)));
  expect(cost.announced).toEqual({
    from: '2027-09-01',
    usdPerMonth: Number((logMetricsMiB.count * 0.258 + metricReferences.count * 0.35 + (points.count * 0.5) / 1e6).toFixed(2)),
  });
});

test('a policy that services share counts for each of them, and once for both', () => {
  const stack = newWatchedStack();
  const [one, other] = ['One', 'Other'].map((id) => new Queue(stack, id)) as [Queue, Queue];
  expect([one, other, stack].map((scope) => GoogleService.watchingCost(scope).alarms)).toEqual([2, 2, 2]);
});

test('what is not watched costs nothing', () => {
  const stack = newWatchedStack();
  new ServerlessFunction(new Service(stack, 'Shop', { monitoring: false }), 'Hello', { entry });
  const { alarms, usdPerMonth, announced } = GoogleService.watchingCost(stack);
  expect([alarms, usdPerMonth, announced]).toEqual([0, 0, undefined]);
});
