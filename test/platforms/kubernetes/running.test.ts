import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Shop } from '../../../bin/shop/shop.js';
import { EventBus, ServerlessFunction } from '../../../lib/index.js';
import { ROUTE_HEADER } from '../../../lib/runtime/wire.js';
import { recorder } from '../../runtime/links/support.js';
import { type Manifest, newChart } from './charts.js';
import { Containers } from './containers.js';

const scratch = mkdtempSync(join(tmpdir(), 'faasten-kubernetes-'));
const containers = new Containers(scratch);
afterEach(() => containers.stop());
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the shop, bundled and started as in its containers', () => {
  let manifests: readonly Manifest[] = [];
  beforeAll(() => {
    const chart = newChart({ namespace: 'shop' });
    new Shop(chart, 'Shop');
    manifests = chart.toJson();
  });

  const start = (name: string, references?: Record<string, string>) => {
    const path = `shop/Shop/${name}`;
    const service = manifests.find(
      ({ kind, metadata }) => kind === 'Service' && metadata.annotations['faasten.dev/path'] === path,
    )!;
    return containers.start(service, manifests, references);
  };
  /** The rule of the HTTPRoute for a method and a path, as a Gateway would find it. */
  const ruleFor = (method: string, path: string) => {
    const rules: any[] = manifests.filter(({ kind }) => kind === 'HTTPRoute').flatMap(({ spec }) => spec.rules);
    return rules.find(({ matches: [match] }) => {
      const { type, value } = match.path;
      const fits =
        type === 'Exact' ? path === value : type === 'PathPrefix' ? path.startsWith(`${value}/`) : new RegExp(value).test(path);
      return fits && (match.method === undefined || match.method === method);
    });
  };
  const headersOf = (rule: any): Record<string, string> => {
    const [{ name, value }] = rule.filters[0].requestHeaderModifier.set;
    return { [name]: value };
  };

  test('answers a route that the Gateway marked, and nobody else', async () => {
    const { url } = await start('ListProducts');
    const marked = await fetch(`${url}/products`, { headers: headersOf(ruleFor('GET', '/products')) });
    expect(marked.status).toBe(200);
    expect(((await marked.json()) as object[]).length).toBeGreaterThan(0);
    expect((await fetch(`${url}/products`)).status).toBe(404);
    expect((await fetch(`${url}/products`, { headers: { [ROUTE_HEADER]: 'GET /orders/{id}' } })).status).toBe(404);
  });

  test('answers browsers of the origin that the API allows', async () => {
    const { url } = await start('ListProducts');
    const rule = ruleFor('OPTIONS', '/products');
    const preflight = await fetch(`${url}/products`, {
      method: 'OPTIONS',
      headers: { ...headersOf(rule), origin: 'https://shop.example', 'access-control-request-method': 'GET' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://shop.example');
  });

  test('routes with parameters lead to their functions', () => {
    const hosts = new Map(
      manifests
        .filter(({ kind }) => kind === 'Service')
        .map(({ metadata }) => [`${metadata.name}.shop.svc.cluster.local`, metadata.annotations['faasten.dev/path']]),
    );
    const target = (method: string, path: string) => hosts.get(ruleFor(method, path)?.filters[1].urlRewrite.hostname);
    expect(target('GET', '/orders/7')).toBe('shop/Shop/GetOrder');
    expect(target('POST', '/orders')).toBe('shop/Shop/CreateOrder');
    expect(target('POST', '/products/cup/photo')).toBe('shop/Shop/UploadPhoto');
    expect(target('GET', '/photos/a/b.jpg')).toBe('shop/Shop/GetPhoto');
    expect(target('GET', '/orders/7/8')).toBeUndefined();
  });

  test('takes calls, with the value of its secret', async () => {
    const { url } = await start('Charge', { PAYMENT_KEY: 'k' });
    const order = '2f1b6c1e-2a4f-4d0b-9a53-4f3c0e7b8a11';
    const answer = await fetch(`${url}/_faasten/call`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ order, amountCents: 1000 }),
    });
    expect(await answer.json()).toEqual({ accepted: true, reference: `charge-${order}` });
  });

  test('takes the events that its Trigger posts', async () => {
    const { url, output, child } = await start('Notify');
    const trigger = manifests.find(({ kind, spec }) => kind === 'Trigger' && spec.subscriber.uri.startsWith('/_faasten/topic/'))!;
    const post = (data: object) =>
      fetch(`${url}${trigger.spec.subscriber.uri}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'ce-specversion': '1.0',
          'ce-id': '1',
          'ce-type': 'dev.faasten.topic.message',
          'ce-source': '/shop/Shop/Fulfil',
          'ce-attrstatus': 'paid',
        },
        body: JSON.stringify(data),
      });
    const order = '2f1b6c1e-2a4f-4d0b-9a53-4f3c0e7b8a11';
    expect((await post({ order, customer: 'a@shop.example', status: 'paid' })).status).toBe(204);
    await expect.poll(output).toContain('your tea is on its way');
    // What is no event of the shop is not acknowledged, so that the Broker tries again and then gives up to the dead letters.
    expect((await post({ order })).status).toBeGreaterThanOrEqual(400);
    child.kill('SIGTERM');
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
  });
});

test('a function takes events of a bus and publishes to it, by its Broker', { timeout: 60_000 }, async () => {
  const broker = await recorder((_, response) => response.writeHead(202).end());
  try {
    const chart = newChart({ namespace: 'shop' });
    const bus = new EventBus(chart, 'Bus');
    const triggers = { Paid: bus.events({ types: ['order.paid'] }) };
    new ServerlessFunction(chart, 'Fn', { entry: join(__dirname, 'bus.ts'), links: { bus }, triggers });
    const manifests: Manifest[] = JSON.parse(
      JSON.stringify(chart.toJson()).replaceAll('http://broker-ingress.knative-eventing.svc.cluster.local', broker.url),
    );
    const isFunction = ({ kind, metadata }: Manifest) =>
      kind === 'Service' && metadata.annotations['faasten.dev/path'] === 'shop/Fn';
    const service = manifests.find(isFunction);
    const { url, output } = await containers.start(service!, manifests);
    const { spec } = manifests.find(({ kind }) => kind === 'Trigger')!;
    const answer = await fetch(`${url}${spec.subscriber.uri}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-id': '1',
        'ce-type': spec.filter.attributes.type,
        'ce-source': 'shop',
      },
      body: '{"cents":1200}',
    });
    expect(answer.status).toBe(204);
    await expect.poll(output).toContain('"type":"order.paid","source":"shop","data":{"cents":1200},"trigger":"Paid"');
    expect(broker.received.map(({ path, headers, body }) => [path, headers['ce-type'], headers['ce-source'], body])).toEqual([
      [`/shop/${spec.broker}`, 'answered', 'shop/Fn', '{"to":"order.paid"}'],
    ]);
  } finally {
    await broker.close();
  }
});
