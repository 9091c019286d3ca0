import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EventBus, Queue, ServerlessFunction, Service, Topic } from '../../../../lib/index.js';
import { Everything, type Started, start } from '../service.js';
import { heapMiB, inParallel, RUNS, sample, whatever } from './made-up.js';

let running: Started;
beforeAll(async () => {
  running = await start((app) => {
    new Everything(app);
    // What chooses among what comes in.
    const service = new Service(app, 'More', { root: __dirname });
    const bus = new EventBus(service, 'Bus');
    const prices = new Topic(service, 'Prices');
    const ordered = new Queue<any, true>(service, 'Ordered', { fifo: true });
    const entry = '../handlers/bus.ts';
    new ServerlessFunction(service, 'Paid', {
      entry,
      links: { bus },
      triggers: { Paid: bus.events({ types: ['paid'], sources: ['shop'] }) },
    });
    new ServerlessFunction(service, 'All', { entry, links: { bus }, triggers: { All: bus.events() } });
    const worker = '../handlers/worker.ts';
    const secretless = { entry: worker };
    new ServerlessFunction(service, 'Prefix', {
      ...secretless,
      triggers: { P: prices.messages({ filter: { sort: [{ prefix: 'a' }] } }) },
    });
    new ServerlessFunction(service, 'Some', {
      ...secretless,
      triggers: { S: prices.messages({ filter: { sort: [{ exists: true }] } }) },
    });
    new ServerlessFunction(service, 'None', {
      ...secretless,
      triggers: { N: prices.messages({ filter: { sort: [{ exists: false }] } }) },
    });
    new ServerlessFunction(service, 'InOrder', { ...secretless, triggers: { O: ordered.messages({ batchSize: 5 }) } });
  });
});
afterAll(() => running?.close());

/** Names that are in every object anyway are what filters may fall for. */
const name = fc.oneof(fc.constantFrom('sort', 'status'), fc.constantFrom('__proto__', 'constructor', 'toString'), whatever);
const value = fc.oneof(fc.constantFrom('a', 'apple', 'paid'), whatever);
const attributes = fc
  .array(fc.tuple(name, value), { maxLength: 3 })
  .map((pairs) => Object.fromEntries(pairs) as Record<string, string>);
const id = (known: string) => fc.oneof({ weight: 9, arbitrary: fc.constant(known) }, { weight: 1, arbitrary: whatever });
const json = fc.oneof(fc.json(), whatever, fc.constant('{"n":1}'));
const busEvent = fc.record({
  ...{ kind: fc.constant('bus' as const), busId: id('More/Bus') },
  type: fc.oneof(fc.constantFrom('paid', 'sent', 'toString'), whatever),
  source: fc.oneof(fc.constantFrom('shop', 'constructor'), whatever),
  data: fc.oneof(
    fc.object().map((each) => JSON.stringify(each)),
    fc.constant('{"id":"1"}'),
    json,
  ),
});
const event = fc.oneof(
  fc.record({ kind: fc.constant('queue' as const), queueId: id('Test/Jobs'), body: json, attributes }),
  fc.record({
    ...{ kind: fc.constant('queue' as const), queueId: fc.constant('More/Ordered'), body: json },
    ...{ attributes, group: fc.oneof(fc.constantFrom('a', 'b', '__proto__'), whatever) },
  }),
  fc.record({ kind: fc.constant('topic' as const), topicId: id('Test/News'), body: json, attributes }),
  fc.record({ kind: fc.constant('topic' as const), topicId: fc.constant('More/Prices'), body: json, attributes }),
  busEvent,
  fc.record({
    ...{ kind: fc.constantFrom('http' as const, 'authorizer' as const), apiId: id('Test/Api'), authorizerId: whatever },
    ...{ method: fc.oneof(fc.constant('POST'), whatever), path: fc.oneof(fc.constant('/echo?token=[hidden]'), whatever) },
    ...{ headers: attributes, body: whatever },
  }),
  fc.record({ kind: fc.constant('call' as const), functionId: id('Test/Worker'), input: json }),
  fc.record({ kind: fc.constant('schedule' as const), scheduleId: id('Test/Worker/Nightly') }),
  fc.record({
    ...{
      kind: fc.constant('objects' as const),
      bucketId: id('Test/Files'),
      type: fc.constantFrom('created' as const, 'deleted' as const),
    },
    ...{ key: fc.oneof(fc.constant('raw/a.jpg'), whatever), body: whatever },
  }),
  fc.record({ kind: whatever, body: whatever }),
);

test(`${RUNS} events of any content are delivered to whom they are for or refused with a sentence, and nothing ends`, async () => {
  let [refused, heap] = [0, 0];
  const wrong: unknown[] = [];
  const expected = { 'More/Prefix': 0, 'More/Some': 0, 'More/None': 0, 'More/Paid': 0, 'More/All': 0 };
  await inParallel(sample(event), async (each: any, index) => {
    if (index === RUNS / 2) heap = heapMiB();
    try {
      await running.inspector.send(each);
    } catch (error) {
      refused++;
      if ((error as Error).name !== 'FaastenError') wrong.push([each, error]);
      return;
    }
    if (each.topicId === 'More/Prices') {
      const sort = Object.entries(each.attributes as object).find(([key]) => key === 'sort')?.[1];
      if (sort === undefined) expected['More/None']++;
      else expected['More/Some']++;
      if (sort?.startsWith('a')) expected['More/Prefix']++;
    }
    if (each.kind === 'bus') {
      const { type, source } = each;
      expected['More/All']++;
      if (type === 'paid' && source === 'shop') expected['More/Paid']++;
    }
  });
  await running.settled();
  // What failed is delivered again, until it is dead.
  await running.pass(3_600_000);
  const growth = heapMiB() - heap;
  process.stderr.write(
    `refused: ${refused} of ${RUNS}; ${JSON.stringify(expected)}; ${growth.toFixed(1)} MiB more in the second half\n`,
  );
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(refused).toBeGreaterThan(RUNS / 20);
  expect(refused).toBeLessThan(RUNS / 2);
  const delivered = Object.fromEntries(Object.keys(expected).map((path) => [path, 0]));
  for (const { functionId, attempt } of running.ended) if (attempt === 1 && functionId in delivered) delivered[functionId]!++;
  expect(delivered).toEqual(expected);
  expect(Math.min(...Object.values(expected))).toBeGreaterThan(5);
  expect((await running.inspector.invocations({ status: ['crashed', 'timedOut'] })).items).toEqual([]);
  expect(running.ended.length).toBeGreaterThan(RUNS / 4);
  const left = (await running.inspector.queues()).filter(({ ready, delayed, inFlight }) => ready + delayed + inFlight > 0);
  expect(left).toEqual([]);
  expect(growth).toBeLessThan(40);
});
