/** The tea shop as the console sees it. */
import type { GraphEdge, GraphNode, SampleEvent, SendRequest, ServiceGraph } from '../../lib/platforms/local/console/protocol.js';

const path = (name: string) => `Shop/${name}`;

export const id = {
  api: path('Api'),
  list: path('ListProducts'),
  create: path('CreateOrder'),
  get: path('GetOrder'),
  upload: path('UploadPhoto'),
  photo: path('GetPhoto'),
  charge: path('Charge'),
  fulfil: path('Fulfil'),
  notify: path('Notify'),
  report: path('NightlyReport'),
  thumbnail: path('Thumbnail'),
  orders: path('Orders'),
  events: path('OrderEvents'),
  data: path('Data'),
  photos: path('Photos'),
  nightly: path('NightlyReport/Nightly'),
  authorizer: path('Api/Customers'),
} as const;

const label = (each: string) => each.slice(each.lastIndexOf('/') + 1);

function fn(functionId: string, entry: string, memoryMiB = 256, timeoutSeconds = 10): GraphNode {
  return {
    kind: 'function',
    id: functionId,
    label: label(functionId),
    memoryMiB,
    timeoutSeconds,
    entry: `handlers/${entry}.ts`,
    environment: ['LOG_FORMAT'],
    secrets: functionId === id.charge ? [{ name: 'PAYMENT_KEY', found: false }] : [],
    ...(functionId === id.fulfil && { maxConcurrency: 4 }),
  };
}

const ROUTES: readonly [key: string, functionId: string][] = [
  ['GET /products', id.list],
  ['POST /orders', id.create],
  ['GET /orders/{id}', id.get],
  ['POST /products/{id}/photo', id.upload],
  ['GET /photos/{path+}', id.photo],
];

const nodes: GraphNode[] = [
  {
    kind: 'api',
    id: id.api,
    label: 'Api',
    url: 'http://127.0.0.1:3000',
    routes: ROUTES.map(([key, functionId]) => {
      const [method = '', route = ''] = key.split(' ');
      return { key, method, path: route, functionId, ...(key === 'POST /orders' && { authorizerId: id.authorizer }) };
    }),
    authorizers: [{ id: id.authorizer, label: 'Customers', mintsTokens: true, requires: 'scope orders:write' }],
  },
  fn(id.list, 'list-products'),
  fn(id.create, 'create-order'),
  fn(id.get, 'get-order'),
  fn(id.upload, 'upload-photo', 512),
  fn(id.photo, 'get-photo'),
  fn(id.charge, 'charge'),
  fn(id.fulfil, 'fulfil', 256, 30),
  fn(id.notify, 'notify', 128),
  fn(id.report, 'nightly-report', 512, 300),
  fn(id.thumbnail, 'thumbnail', 1024, 60),
  { kind: 'queue', id: id.orders, label: 'Orders', maxAttempts: 5, fifo: false },
  { kind: 'topic', id: id.events, label: 'OrderEvents' },
  { kind: 'bucket', id: id.data, label: 'Data' },
  { kind: 'bucket', id: id.photos, label: 'Photos' },
  { kind: 'schedule', id: id.nightly, label: 'Nightly', expression: '0 3 * * * (Europe/Berlin)' },
];

const edge = (kind: GraphEdge['kind'], from: string, to: string, name: string, detail?: string): GraphEdge => ({
  id: `${kind} ${from} ${name} ${to}`,
  kind,
  from,
  to,
  label: name,
  ...(detail && { detail }),
});

const edges: GraphEdge[] = [
  ...ROUTES.map(([key, functionId]) => edge('route', id.api, functionId, key)),
  edge('link', id.create, id.orders, 'orders', 'send'),
  edge('link', id.create, id.data, 'data', 'write'),
  edge('link', id.get, id.data, 'data', 'read'),
  edge('link', id.upload, id.photos, 'photos', 'read, write'),
  edge('link', id.photo, id.photos, 'photos', 'read'),
  edge('trigger', id.orders, id.fulfil, 'Orders', 'batches of 10'),
  edge('link', id.fulfil, id.charge, 'charge', 'call'),
  edge('link', id.fulfil, id.data, 'data', 'write'),
  edge('link', id.fulfil, id.events, 'events', 'send'),
  edge('trigger', id.events, id.notify, 'Settled', 'status: paid, refused'),
  edge('trigger', id.nightly, id.report, 'Nightly'),
  edge('link', id.report, id.data, 'data', 'read, write'),
  edge('trigger', id.photos, id.thumbnail, 'Upload', 'raw/*.jpg'),
  edge('link', id.thumbnail, id.photos, 'photos', 'read, write'),
];

export const shop: ServiceGraph = { service: 'Shop', revision: 1, nodes, edges };

export const nothing: ServiceGraph = { service: 'Empty', revision: 1, nodes: [], edges: [] };

export const functions = nodes.filter((node) => node.kind === 'function');

export const edgeId = (from: string, to: string): string | undefined =>
  edges.find((each) => each.from === from && each.to === to)?.id;

export const order = { customer: 'ada@example.com', lines: [{ product: 'teapot', quantity: 1 }] };

export function samplesOf(functionId: string): SampleEvent[] {
  const requests: Record<string, [string, SendRequest]> = {
    [id.create]: [
      'An order of one teapot',
      {
        kind: 'http',
        apiId: id.api,
        method: 'POST',
        path: '/orders',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(order, undefined, 2),
      },
    ],
    [id.fulfil]: [
      'A message of one order',
      { kind: 'queue', queueId: id.orders, body: JSON.stringify({ ...order, id: 'o-1', totalCents: 3490 }, undefined, 2) },
    ],
  };
  const sample = requests[functionId];
  return sample ? [{ name: sample[0], request: sample[1] }] : [];
}
