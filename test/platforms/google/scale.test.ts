/** A thousand functions against the limits of https://cloud.google.com/monitoring/quotas; `npm run bench:watched` synthesizes all of them. */
import { expect, test } from 'vitest';
import { ALARMS } from '../../../lib/core/monitoring/alarms.js';
import type { Subject } from '../../../lib/core/monitoring/port.js';
import { AlertChannel, ServerlessFunction, Service } from '../../../lib/index.js';
import { StackContext } from '../../../lib/platforms/google/context.js';
import { entry, newWatchedStack, resourcesOf } from './stacks.js';

/** Of a project, until Google raises it. */
const POLICIES = 500;
const CONDITIONS = 6;
const CHANNELS = 16;
const WIDGETS = 100;

test('a thousand functions have a hundred policies, of fifty functions each', () => {
  const stack = newWatchedStack();
  const { monitoring } = StackContext.of(stack, {});
  const names = Array.from(
    { length: 1000 },
    (_, index) => `${'shop-function-with-the-longest-name-'.padEnd(45, 'x')}${1000 + index}`,
  );
  names.forEach((name, index) => {
    const path = `shop/Shop/Function${index}`;
    const backend = { name, deadLettersIfAny: { name, subscription: {} } };
    const subject = { kind: 'function', path, spec: { memoryMiB: 256 }, backend } as unknown as Subject;
    for (const row of ALARMS.filter(({ of }) => of === 'function')) {
      const settings = { threshold: 1, unit: 'count', windowSeconds: 300, runbook: 'alarms.md', silences: [] } as const;
      const spec = { ...row, ...settings, subject: { kind: 'function', path } as const };
      monitoring.addAlarm({ spec, subject, notify: () => [] });
    }
  });
  const queries = Object.values(resourcesOf(stack, 'google_monitoring_alert_policy')).map(
    ({ conditions }) => conditions[0].condition_prometheus_query_language.query as string,
  );
  expect(queries).toHaveLength(5 * 20);
  expect(queries.length).toBeLessThan(POLICIES);
  for (const query of queries) expect(query.length).toBeLessThan(10_000);
  // Each function is in one policy of each alarm.
  const errors = queries.filter((query) => query.startsWith('100 *')).map((query) => /service_name=~"([^"]+)"/.exec(query)![1]!);
  expect(errors.flatMap((names) => names.split('|')).sort()).toEqual([...names].sort());
});

test('what is deployed keeps the limits', () => {
  const stack = newWatchedStack();
  const service = new Service(stack, 'Shop', { slo: { availability: 99.9 } });
  for (const id of ['Team', 'OnCall']) service.addAlertChannel(new AlertChannel(stack, id, { email: `${id}@shop.example` }));
  for (let index = 0; index < 101; index += 1) new ServerlessFunction(service, `F${index}`, { entry });
  const policies = Object.values(resourcesOf(stack, 'google_monitoring_alert_policy'));
  // Three groups of each of four alarms, and the objective's.
  expect(policies).toHaveLength(3 * 4 + 4);
  for (const { conditions, notification_channels } of policies) {
    expect(conditions.length).toBeLessThanOrEqual(CONDITIONS);
    expect(new Set(notification_channels).size).toBe(2);
    expect(notification_channels.length).toBeLessThanOrEqual(CHANNELS);
  }
  const [{ dashboard_json }] = Object.values(resourcesOf(stack, 'google_monitoring_dashboard')) as [{ dashboard_json: string }];
  expect(JSON.parse(dashboard_json).mosaicLayout.tiles.length).toBeLessThanOrEqual(WIDGETS);
});
