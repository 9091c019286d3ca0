/** What `faasten dev` prints of alarms, on a virtual clock: they take minutes. */
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Lines } from '../../lib/cli/dev/lines.js';
import { Terminal } from '../../lib/cli/terminal.js';
import { AlertChannel, HttpApi, Queue, ServerlessFunction, Service } from '../../lib/index.js';
import { type Started, start } from '../platforms/local/service.js';

let running: Started;
afterEach(() => running?.close());

test('an alarm is one line when it begins and one when it is over, with whom it tells and what to do', async () => {
  running = await start((app) => {
    const shop = new Service(app, 'Shop', { root: join(__dirname, '../testing') });
    shop.addAlertChannel(new AlertChannel(shop, 'OnCall', { email: 'ops@shop.example' }), ['page']);
    const orders = new Queue(shop, 'Orders', { maxAttempts: 1 });
    const shaky = new ServerlessFunction(shop, 'Shaky', { entry: 'handlers/shaky.ts', triggers: { Orders: orders.messages() } });
    new HttpApi(shop, 'Api', { routes: { 'GET /{what}': shaky } });
  });
  let printed = '';
  const out = new Terminal({ write: (text: string) => (printed += text) }, {});
  const lines = new Lines(out, new Map([['Shop/Shaky', 'Shaky']]));
  running.subscribe((event) => lines.take(event));
  const alarms = () =>
    printed
      .split('\n')
      .filter((line) => line.includes('alarm'))
      .map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, ''));

  for (let index = 0; index < 3; index++) await fetch(`${running.url}/fail`);
  await running.pass(60_000);
  const began = [
    'alarm (page, for Shop/OnCall)  Shaky errors: errors > 5 % over 5 minutes, and 2 events at least. Work fails: requests are answered with ' +
      'errors, or events are delivered again and end with the dead letters. faasten/docs/alarms.md#function-errors',
    'alarm (page, for Shop/OnCall)  Shop/Api serverErrors: serverErrors > 5 % over 5 minutes, and 2 events at least. Clients get errors that are ' +
      'not theirs. faasten/docs/alarms.md#api-server-errors',
  ];
  expect(alarms().sort()).toEqual(began);
  for (let minute = 0; minute < 10; minute++) await running.pass(60_000);
  expect(alarms().sort()).toEqual([...began, 'alarm over  Shaky errors', 'alarm over  Shop/Api serverErrors']);
});
