import { ClassicLevel } from 'classic-level';
import { afterEach, expect, test, vi } from 'vitest';
import { HttpApi, Queue, ServerlessFunction, Service } from '../../../lib/index.js';
import { type Started, start, temporaryFolder } from './service.js';

const folder = temporaryFolder();
let running: Started;
afterEach(async () => {
  vi.restoreAllMocks();
  await running?.close();
  folder.remove();
});

test('while the disk is full, what is sent is refused, and what was accepted waits; then all goes on', async () => {
  running = await start(
    (app) => {
      const service = new Service(app, 'Test', { root: __dirname });
      const orders = new Queue<any, true>(service, 'Orders', { fifo: true });
      const entry = 'handlers/ordered.ts';
      new ServerlessFunction(service, 'Take', { entry, triggers: { Orders: orders.messages() } });
      new HttpApi(service, 'Api', {
        routes: { 'POST /': new ServerlessFunction(service, 'Send', { entry, links: { orders } }) },
      });
    },
    { dataDirectory: folder.path },
  );
  const send = async (n: number) => {
    const message = { body: { n }, group: 'a', deduplicationId: `once-${n}` };
    return (await fetch(running.url, { method: 'POST', body: JSON.stringify([message]) })).status;
  };
  const taken = () => running.seen.flatMap((each) => each.taken as string[]);
  expect(await send(1)).toBe(202);
  await running.settled();
  expect(taken()).toEqual(['a1']);

  // It fails from when the next one has begun.
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  let disk: { mockRestore(): void } | undefined;
  const fill = () => {
    disk = vi.spyOn(ClassicLevel.prototype, 'batch').mockRejectedValue(new Error('IO error: No space left on device'));
  };
  const stop = running.subscribe((event) => {
    if (event.type === 'invocation' && event.invocation.functionId === 'Test/Take' && event.invocation.status === 'running')
      fill();
  });
  expect(await send(2)).toBe(202);
  await expect.poll(taken).toEqual(['a1', 'a2']);
  stop();
  expect([await send(3), await send(3)]).toEqual([500, 500]);
  expect(told.mock.calls.map(([text]) => text)).toEqual([
    "cannot write the local platform's data: IO error: No space left on device; what is sent is refused, and what has run waits to be told so\n",
  ]);
  expect((await running.inspector.queues()).find(({ id }) => id === 'Test/Orders')).toMatchObject({ inFlight: 1 });

  disk!.mockRestore();
  // Not a second time, as far as its deduplication id says.
  expect([await send(3), await send(3), await send(4)]).toEqual([202, 202, 202]);
  await running.settled();
  expect(taken()).toEqual(['a1', 'a2', 'a3', 'a4']);
});
