/** Checked by the compiler, never run: what `ServerlessFunction<typeof import('…')>` accepts and refuses. */
import type { Construct } from 'constructs';
import { Authorizer, Bucket, HttpApi, Queue, routeHandler, Schedule, ServerlessFunction, Topic, WebSocketApi } from 'faasten';
import {
  authorizer,
  type BucketReader,
  type BucketWriter,
  call,
  type FunctionClient,
  handlers,
  http,
  links,
  type QueueClient,
  queue,
  schedule,
  type TopicClient,
  topic,
  type WebSocketClient,
  websocket,
} from 'faasten/runtime';
import { z } from 'zod';

interface Order {
  readonly id: string;
  readonly total: number;
}

declare const scope: Construct;
const entry = 'handler.ts';

// What modules look like from outside.
const plain = http(async () => new Response());
const linked = http<{ orders: QueueClient<Order>; data: BucketReader }>(async (_, { links }) => {
  await links.orders.send({ id: '1', total: 2 });
  // @ts-expect-error a message of another type
  await links.orders.send({ id: 1 });
  // @ts-expect-error a reader does not write
  await links.data.put('key', 'content');
  // @ts-expect-error a link that was not asked for
  links.other;
  return new Response();
});
const worker = queue(
  { message: z.object({ id: z.string() }), links: links<{ news: TopicClient<{ id: string }> }>() },
  async (messages, { links }) => {
    for (const message of messages) await links.news.publish({ id: message.body.id });
    // @ts-expect-error the schema has no such field
    messages[0]?.body.other;
  },
);
const nightly = schedule<{ data: BucketWriter }>(async (event, { links }) => {
  await links.data.put(event.time.toISOString(), '');
});
const charge = call({ input: z.object({ amount: z.number() }) }, async ({ amount }) => ({ paid: amount }));
const payer = http<{ charge: FunctionClient<{ amount: number }, { paid: number }> }>(async (_, { links }) =>
  Response.json(await links.charge.call({ amount: 1 })),
);
const several = handlers({
  http: http<{ data: BucketReader; orders: QueueClient<Order> }>(async () => new Response()),
  schedule: schedule<{ data: BucketWriter }>(async () => {}),
  call: call(async (input: { a: number }) => input.a),
});
http({ body: z.object({ n: z.number() }) }, async (_, { body }) => Response.json(body.n + 1));
http(async (_, { body }) => Response.json(body === undefined));
topic({ message: z.string() }, async ({ body, attributes }) => void [body.length, attributes.status]);
// @ts-expect-error an http handler answers with a Response
http(async () => 'text');

type Module<H> = { default: H };
const orders = new Queue<Order>(scope, 'Orders');
const others = new Queue<{ other: true }>(scope, 'Others');
const news = new Topic<{ id: string }>(scope, 'News');
const data = new Bucket(scope, 'Data');

// A handler without links needs none, and takes none.
const fnPlain = new ServerlessFunction<Module<typeof plain>>(scope, 'A', { entry });
new ServerlessFunction<Module<typeof plain>>(scope, 'B', { entry, links: {} });
// @ts-expect-error a link the handler does not ask for
new ServerlessFunction<Module<typeof plain>>(scope, 'C', { entry, links: { orders } });

// A handler gets what it asks for.
new ServerlessFunction<Module<typeof linked>>(scope, 'D', { entry, links: { orders, data: data.readOnly() } });
// @ts-expect-error no links at all
new ServerlessFunction<Module<typeof linked>>(scope, 'E', { entry });
// @ts-expect-error a link is missing
new ServerlessFunction<Module<typeof linked>>(scope, 'F', { entry, links: { orders } });
// @ts-expect-error a link too many
new ServerlessFunction<Module<typeof linked>>(scope, 'G', { entry, links: { orders, data: data.readOnly(), news } });
// @ts-expect-error the wrong access
new ServerlessFunction<Module<typeof linked>>(scope, 'H', { entry, links: { orders, data: data.writeOnly() } });
// @ts-expect-error more access than the handler uses
new ServerlessFunction<Module<typeof linked>>(scope, 'I', { entry, links: { orders, data: data.readWrite() } });
// @ts-expect-error a bucket is linked with one access
new ServerlessFunction<Module<typeof linked>>(scope, 'J', { entry, links: { orders, data } });
// @ts-expect-error messages of another type
new ServerlessFunction<Module<typeof linked>>(scope, 'K', { entry, links: { orders: others, data: data.readOnly() } });
// @ts-expect-error a topic is no queue
new ServerlessFunction<Module<typeof linked>>(scope, 'L', { entry, links: { orders: news, data: data.readOnly() } });

// Triggers are of the handler's kind.
const fnWorker = new ServerlessFunction<Module<typeof worker>>(scope, 'M', {
  entry,
  links: { news },
  triggers: { Orders: orders.messages() },
});
// @ts-expect-error a schedule for a queue handler
fnWorker.addTrigger('Nightly', Schedule.cron('0 3 * * *'));
new ServerlessFunction<Module<typeof nightly>>(scope, 'N', {
  entry,
  links: { data: data.writeOnly() },
  // @ts-expect-error messages for a schedule handler
  triggers: { Orders: orders.messages() },
});
// @ts-expect-error a trigger for an http handler
new ServerlessFunction<Module<typeof plain>>(scope, 'O', { entry, triggers: { Orders: orders.messages() } });

// Calls go to call handlers, with their input and output.
const fnCharge = new ServerlessFunction<Module<typeof charge>>(scope, 'P', { entry });
new ServerlessFunction<Module<typeof payer>>(scope, 'Q', { entry, links: { charge: fnCharge } });
// @ts-expect-error a function that answers no calls
new ServerlessFunction<Module<typeof payer>>(scope, 'R', { entry, links: { charge: fnPlain } });
const wrongInput = call(async (input: { total: number }) => ({ paid: input.total }));
new ServerlessFunction<Module<typeof payer>>(scope, 'S', {
  entry,
  // @ts-expect-error the input is another one
  links: { charge: new ServerlessFunction<Module<typeof wrongInput>>(scope, 'T', { entry }) },
});
const wrongOutput = call(async (input: { amount: number }) => ({ refused: input.amount }));
new ServerlessFunction<Module<typeof payer>>(scope, 'U', {
  entry,
  // @ts-expect-error the output is another one
  links: { charge: new ServerlessFunction<Module<typeof wrongOutput>>(scope, 'V', { entry }) },
});

// Several kinds: all their links together; a bucket that is read here and written there needs both.
const fnSeveral = new ServerlessFunction<Module<typeof several>>(scope, 'W', {
  entry,
  links: { orders, data: data.readWrite() },
  triggers: { Nightly: Schedule.cron('0 3 * * *') },
});
// @ts-expect-error half the access
new ServerlessFunction<Module<typeof several>>(scope, 'X', { entry, links: { orders, data: data.readOnly() } });
// @ts-expect-error none of its kinds
fnSeveral.addTrigger('Orders', orders.messages());
const caller = http<{ fn: FunctionClient<{ a: number }, number> }>(async () => new Response());
new ServerlessFunction<Module<typeof caller>>(scope, 'Y', { entry, links: { fn: fnSeveral } });

// Routes lead to http handlers, also where the function is made in their place.
const api = new HttpApi(scope, 'Api', {
  routes: {
    'GET /a': fnPlain,
    'GET /b': fnSeveral,
    'GET /c': new ServerlessFunction<Module<typeof plain>>(scope, 'Z', { entry }),
    'GET /d': new ServerlessFunction(scope, 'AA', { entry, links: { orders } }),
    // @ts-expect-error a queue handler
    'GET /e': fnWorker,
    // @ts-expect-error a call handler
    'GET /f': new ServerlessFunction<Module<typeof charge>>(scope, 'AB', { entry }),
  },
});
// @ts-expect-error a queue handler
api.addRoute('GET /g', fnWorker);

// Routes with settings, and authorizers, which are functions with another kind of handler.
const decides = authorizer(async (request) => (request.headers.has('x-key') ? { subject: 'ann' } : undefined));
// @ts-expect-error neither an admission nor undefined
authorizer(async () => true);
const fnDecides = new ServerlessFunction<Module<typeof decides>>(scope, 'AC', { entry });
api.addRoute('GET /h', { handler: fnPlain, authorizer: Authorizer.function('Keys', fnDecides) });
// @ts-expect-error an http handler decides nothing
Authorizer.function('Keys', fnPlain);
// @ts-expect-error an authorizer answers no requests
api.addRoute('GET /i', { handler: fnDecides });
// @ts-expect-error no such setting
api.addRoute('GET /j', { handler: fnPlain, throtle: { requestsPerSecond: 1 } });
api.addRoute('$default', fnPlain);
http(async (_, { identity }) => Response.json(identity?.claims.email));

// Operations of a document, where its type knows them.
const document = { openapi: '3.1.0', paths: { '/a': { get: { operationId: 'getA' }, post: { operationId: 'addA' } } } } as const;
HttpApi.fromOpenApi(scope, 'B', document, { getA: fnPlain, addA: { handler: fnPlain } });
// @ts-expect-error an operation has no handler
HttpApi.fromOpenApi(scope, 'C', document, { getA: fnPlain });
// @ts-expect-error a handler has no operation
HttpApi.fromOpenApi(scope, 'D', document, { getA: fnPlain, addA: fnPlain, removeA: fnPlain });
// @ts-expect-error a queue handler
HttpApi.fromOpenApi(scope, 'E', document, { getA: fnPlain, addA: fnWorker });
const imported: { openapi: string; paths: { '/a': { get: { operationId: string } } } } = JSON.parse('{}');
HttpApi.fromOpenApi(scope, 'F', imported, { whatever: fnPlain });

// A WebSocket API takes websocket handlers; who is linked to it sends what its clients expect.
const chats = websocket<{ sockets: WebSocketClient<{ said: string }> }>(async ({ connectionId }, { links }) => {
  const there: boolean = await links.sockets.send(connectionId, { said: 'hello' });
  // @ts-expect-error a message of another type
  await links.sockets.send(connectionId, { say: there });
});
const sockets = new WebSocketApi<{ said: string }>(scope, 'G');
const otherSockets = new WebSocketApi<{ sung: string }>(scope, 'H2');
const fnChats = new ServerlessFunction<Module<typeof chats>>(scope, 'AD', { entry, links: { sockets } });
// @ts-expect-error clients expect something else
new ServerlessFunction<Module<typeof chats>>(scope, 'AE', { entry, links: { sockets: otherSockets } });
sockets.addRoute('chat', fnChats);
sockets.addRoute('ask', { handler: fnChats, replies: true });
// @ts-expect-error an http handler takes no messages
sockets.addRoute('sing', fnPlain);

// Handlers in routes; with their type, links are compared.
api.addRoute('GET /k', { entry });
api.addRoute('GET /l', { handler: { entry, memoryMiB: 512, links: { orders } }, throttle: { requestsPerSecond: 1 } });
api.addRoute('GET /m', routeHandler<Module<typeof linked>>({ entry, links: { orders, data: data.readOnly() } }));
// @ts-expect-error a link is missing
api.addRoute('GET /n', routeHandler<Module<typeof linked>>({ entry, links: { orders } }));
// @ts-expect-error triggers belong to functions
api.addRoute('GET /o', { entry, triggers: { Orders: orders.messages() } });
