/** What `faasten dev` prints of what takes its time: alarms, and invocations that go on. */
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { Lines } from '../../lib/cli/dev/lines.js';
import { Terminal } from '../../lib/cli/terminal.js';
import { AlertChannel, HttpApi, Queue, ServerlessFunction, Service } from '../../lib/index.js';
import type { InvocationSummary, LiveEvent } from '../../lib/platforms/local/index.js';
import { type Started, start } from '../platforms/local/service.js';

let running: Started | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await running?.close();
  running = undefined;
});

const summary = {
  ...{ id: 'i-1', functionId: 'Shop/Slow', traceId: 't', attempt: 1, startTimeMs: 0 },
  origin: { kind: 'http', title: 'GET /slow' },
} as const;
const invocation = (more: Partial<InvocationSummary>): LiveEvent => ({
  type: 'invocation',
  invocation: { ...summary, status: 'running', ...more },
});
const log = (level: 'info' | 'error', message: string): LiveEvent => ({
  type: 'log',
  invocationId: 'i-1',
  line: { timeMs: 0, level, message },
});

test('what an invocation has logged is shown after three seconds; its error once, when it ends', () => {
  vi.useFakeTimers();
  let printed = '';
  const lines = new Lines(new Terminal({ write: (text: string) => (printed += text) }, {}), new Map([['Shop/Slow', 'Slow']]));
  lines.take(invocation({}));
  lines.take(log('info', 'begun'));
  expect(printed).toBe('');
  vi.advanceTimersByTime(3000);
  expect(printed).toMatch(/Slow +GET \/slow {2}running\n {10}info {2}begun\n$/);
  printed = '';
  lines.take(log('error', 'no table'));
  lines.take(invocation({ status: 'failed', httpStatus: 500, durationMs: 3500, error: { name: 'Error', message: 'no table' } }));
  expect(printed).toMatch(/^ {10}error no table\n.*Slow +GET \/slow {2}500 {2}3500 ms\n$/);
  vi.advanceTimersByTime(10_000);
  expect(printed.match(/no table/g)).toHaveLength(1);
});

test('an alarm is one line when it begins and one when it is over, with whom it tells and what to do', async () => {
  const started = await start((app) => {
    const shop = new Service(app, 'Shop', { root: join(__dirname, '../testing') });
    shop.addAlertChannel(new AlertChannel(shop, 'OnCall', { email: 'ops@shop.example' }), ['page']);
    const orders = new Queue(shop, 'Orders', { maxAttempts: 1 });
    const shaky = new ServerlessFunction(shop, 'Shaky', { entry: 'handlers/shaky.ts', triggers: { Orders: orders.messages() } });
    new HttpApi(shop, 'Api', { routes: { 'GET /{what}': shaky } });
  });
  running = started;
  let printed = '';
  const out = new Terminal({ write: (text: string) => (printed += text) }, {});
  const lines = new Lines(out, new Map([['Shop/Shaky', 'Shaky']]));
  started.subscribe((event) => lines.take(event));
  const alarms = () =>
    printed
      .split('\n')
      .filter((line) => line.includes('alarm'))
      .map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, ''));

  for (let index = 0; index < 3; index++) await fetch(`${started.url}/fail`);
  await started.pass(60_000);
  const began = [
    'alarm (page, for Shop/OnCall)  Shaky errors: errors > 5 % over 5 minutes, and 2 events at least. Work fails: requests are answered with ' +
      'errors, or events are delivered again and end with the dead letters. faasten/docs/alarms.md#function-errors',
    'alarm (page, for Shop/OnCall)  Shop/Api serverErrors: serverErrors > 5 % over 5 minutes, and 2 events at least. Clients get errors that are ' +
      'not theirs. faasten/docs/alarms.md#api-server-errors',
  ];
  expect(alarms().sort()).toEqual(began);
  for (let minute = 0; minute < 10; minute++) await started.pass(60_000);
  expect(alarms().sort()).toEqual([...began, 'alarm over  Shaky errors', 'alarm over  Shop/Api serverErrors']);
});
