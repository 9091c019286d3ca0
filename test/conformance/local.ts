import { Duration } from '../../lib/index.js';
import { capabilities } from '../../lib/platforms/local/capabilities.js';
import { LocalApp } from '../../lib/platforms/local/index.js';
import { type RunningService, startService } from '../../lib/testing/index.js';
import { exchange } from './http-client.js';
import { Conformance } from './service.js';
import type { Acknowledged, Running, Target } from './target.js';

const MINUTE = 60_000;

/** In this process, as users test their services. Events wait in queues, and are acknowledged by not coming again. */
export const local: Target = {
  name: 'faasten/testing',
  available: () => true,
  capabilities,
  scope: () => new LocalApp(),
  start,
};

async function start(environment: Readonly<Record<string, string>>): Promise<Running> {
  const build = (startTime: Date) => startService((scope) => new Conformance(scope, 'Service'), { startTime, environment });
  const service = await build(new Date('2026-01-01T00:00:00Z'));
  // So that there is something to delete.
  await service.put('Files', 'raw/b.jpg', 'content');
  await service.settle();
  /** One whose time goes on, which lets what failed come again. */
  let later: Promise<RunningService> | undefined;
  const exhaust = async (line: string, send: (own: RunningService) => Promise<void>) => {
    later ??= build(new Date('2026-01-01T06:00:00Z'));
    const own = await later;
    const before = (await own.deadLetters(line)).length;
    await send(own);
    await own.advance(Duration.minutes(10));
    return { dead: (await own.deadLetters(line)).length - before };
  };
  let printed = '';
  const print = async () => {
    const lines = await service.logs();
    printed = lines
      .map(({ level, message, fields }) => JSON.stringify({ level: level.toUpperCase(), message, ...fields }))
      .join('\n');
  };

  return {
    async request(request) {
      const answer = await exchange(service.urls['Service/Api']!, request);
      await print();
      return answer;
    },
    async queue(messages) {
      const acknowledged: Acknowledged[] = [];
      for (const { body, attributes } of messages) {
        acknowledged.push(await taken(service, 'Orders', () => service.send('Orders', body, { attributes })));
      }
      return acknowledged;
    },
    topic: ({ body, attributes }) => taken(service, 'Events', () => service.publish('News', body, { attributes })),
    async schedule(due) {
      // One of its own, as time that goes on lets what failed before come again.
      const own = await build(new Date(due.getTime() - MINUTE));
      const acknowledged = await taken(own, 'Events', () => own.advance(Duration.minutes(1)));
      await own.stop();
      return acknowledged;
    },
    objects: ({ key, type }) =>
      taken(service, 'Events', () => (type === 'created' ? service.put('Files', key, 'content') : service.delete('Files', key))),
    call: (input) =>
      service.call('Events', input).then(
        (output) => ({ output }),
        (error: Error) => ({ failed: `the call failed: ${error.message}` }),
      ),
    start: (input) => taken(service, 'Events', () => service.start('Events', input)),
    publish: ({ type, source, data }) => exhaust('Taker', (own) => own.publishEvent('Bus', type, data, { source })),
    exhaust: (kind, { body, attributes }) =>
      kind === 'queue'
        ? exhaust('Orders', (own) => own.send('Orders', body, { attributes }))
        : exhaust('Events', (own) => own.publish('News', body, { attributes })),
    token: (request) => service.token(request),
    socketUrl: service.urls['Service/Sockets'],
    async nonsense() {
      await service.call('Http', { hello: 'world' }).catch(() => {});
      const { error } = (await service.logs('Http')).at(-1)!.fields as { error: Error };
      return { failed: error.message };
    },
    output: () => printed,
    async stop() {
      await (await later)?.stop();
      await service.stop();
    },
  };
}

/** Whether what is sent does not wait to come again. */
async function taken(service: RunningService, line: string, send: () => Promise<void>): Promise<Acknowledged> {
  const waiting = async () => {
    const { ready, delayed, deadLetters } = await service.queue(line);
    return ready + delayed + deadLetters;
  };
  const before = await waiting();
  await send();
  await service.settle();
  return (await waiting()) === before;
}
