import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Authorizer, Duration, EventBus, HttpApi, ServerlessFunction, Service, WebSocketApi } from '../../lib/index.js';
import { type RunningService, startService } from '../../lib/testing/index.js';

let service: RunningService;
beforeAll(async () => {
  service = await startService((scope) => {
    const shop = new Service(scope, 'Shop', { root: join(__dirname, '../platforms/local') });
    const who = new ServerlessFunction(shop, 'Who', { entry: 'handlers/access.ts' });
    const customers = Authorizer.jwt('Customers', { issuer: 'https://id.shop.example', audiences: ['shop'], scopes: ['orders'] });
    new HttpApi(shop, 'Api', { authorizer: customers, routes: { 'GET /me': who } });
    const sockets = new WebSocketApi(shop, 'Sockets');
    const chat = new ServerlessFunction(shop, 'Chat', { entry: 'handlers/chat.ts', links: { sockets } });
    for (const route of ['$connect', '$disconnect']) sockets.addRoute(route, chat);
    sockets.addRoute('say', { handler: chat, replies: true });
    const bus = new EventBus(shop, 'Bus');
    new ServerlessFunction(shop, 'Thank', {
      ...{ entry: 'handlers/bus.ts', links: { bus } },
      triggers: { Paid: bus.events({ types: ['order.paid'] }) },
    });
  });
});
afterAll(() => service?.stop());

test('a token lets requests in, until its time is over', async () => {
  const authorization = await service.token({ scopes: ['orders'], claims: { sub: 'ann' }, lifetime: Duration.minutes(5) });
  const ask = () => service.request('GET /me', { headers: { authorization } });
  expect(await (await ask()).json()).toMatchObject({ subject: 'ann', scopes: ['orders'] });
  await service.advance(Duration.minutes(6));
  expect((await ask()).status).toBe(401);
  const other = await service.token({ authorizer: 'Customers' });
  expect((await service.request('GET /me', { headers: { authorization: other } })).status).toBe(403);
  await expect(service.token({ authorizer: 'Custmers' })).rejects.toThrow("there is no authorizer 'Custmers'");
});

test('a client connects, is answered and told, and leaves', async () => {
  await expect(service.connect('Sockets', { query: 'name=eve' })).rejects.toMatchObject({ status: 403 });
  const ann = await service.connect('Sockets', { query: 'name=ann' });
  ann.send({ action: 'say', wish: 'all', text: 'tea' });
  expect([await ann.next(), await ann.next()]).toEqual([{ said: 'tea' }, { told: [true, false] }]);
  ann.send({ action: 'say', wish: 'leave' });
  expect((await ann.closed).code).toBe(1005);
  await expect(ann.next()).rejects.toThrow('no message came before the connection ended');
  const bob = await service.connect('Sockets', { query: 'name=bob' });
  await bob.close();
});

test('an event is published to a bus', async () => {
  await service.publishEvent('Bus', 'order.paid', { id: '1' });
  await service.publishEvent('Bus', 'order.sent', { id: '2' });
  await service.settle();
  expect((await service.logs('Thank')).map(({ fields }) => fields)).toMatchObject([
    { type: 'order.paid', source: 'test', id: '1' },
  ]);
});
