import { startService } from 'faasten/testing';
import { Shop } from '../shop';

test('a service that runs', async () => {
  const shop = await startService((scope) => new Shop(scope, 'Shop'));
  const { status } = await shop.request('POST /orders', { json: { id: 'o-1' } });
  await shop.settle();
  expect([status, (await shop.queue('Orders')).ready]).toEqual([202, 1]);
  await shop.stop();
}, 60_000);
