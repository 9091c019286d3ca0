import { expect, test } from 'vitest';
import { AlertChannel, Queue, ServerlessFunction, Service } from '../../lib/index.js';
import { alarmTable, minutesUntilPage } from '../../lib/testing/index.js';
import { watchingRoot } from '../core/monitoring/watching-paper.js';

const entry = __filename;

test('the alarms of a service are a table', () => {
  const { root } = watchingRoot();
  const ops = new AlertChannel(root, 'Ops', { email: 'ops@shop.example' });
  const shop = new Service(root, 'Shop', {
    slo: { availability: 99 },
    monitoring: { channels: { page: [ops] }, alarms: { duration: false, memory: false, throttles: false } },
  });
  new Queue(shop, 'Orders');
  new ServerlessFunction(shop, 'Fulfil', { entry });
  expect(alarmTable(shop)).toBe(
    [
      '| construct | alarm | when | severity | tells | why |',
      '| --------- | ----- | ---- | -------- | ----- | --- |',
      '| App/Shop | slo availability | error budget burns 14.4 times too fast over 1 hour and 5 minutes | page | App/Ops | 99 % do not fail over 30 days |',
      '| App/Shop | slo availability | error budget burns 6 times too fast over 6 hours and 30 minutes | page | App/Ops | 99 % do not fail over 30 days |',
      '| App/Shop | slo availability | error budget burns 3 times too fast over 1 day and 2 hours | ticket | nobody | 99 % do not fail over 30 days |',
      '| App/Shop | slo availability | error budget burns 1 times too fast over 3 days and 6 hours | ticket | nobody | 99 % do not fail over 30 days |',
      '| App/Shop/Fulfil | errors | errors > 5 % over 5 minutes, and 2 events at least | page | App/Ops | Work fails: requests are answered with errors, or events are delivered again and end with the dead letters. |',
      '| App/Shop/Orders | deadLetters | max of deadLetters >= 1 over 5 minutes | ticket | nobody | A message failed for the last time. Nothing delivers it again unless somebody does. |',
      '| App/Shop/Orders | messageAge | max of messageAge >= 15 minutes over 5 minutes, in 2 periods | page | App/Ops | The consumer is too slow, or does not run, and messages wait longer and longer. |',
    ].join('\n'),
  );
});

test('a test says after how many minutes an error rate pages', () => {
  const { root } = watchingRoot();
  const shop = new Service(root, 'Shop', { slo: { availability: 99.9 } });
  new ServerlessFunction(shop, 'Fulfil', { entry });
  expect(minutesUntilPage(shop, { errorRatio: 0.1, eventsPerMinute: 100 })).toBe(9);
  expect(minutesUntilPage(shop, { errorRatio: 0.002, eventsPerMinute: 1000 })).toBeUndefined();
  expect(() => minutesUntilPage(root, { errorRatio: 1, eventsPerMinute: 1 })).toThrow(
    "'App' has no slo.availability; give it one",
  );
});
