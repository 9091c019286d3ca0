/** What the compiler allows and refuses. Nothing runs: `tsc -p .` is the test, in both directions. */
import { type Bucket, HttpApi, Queue, Schedule, ServerlessFunction, type Service, Topic } from 'faasten';
import type { Charging, InOrder, Order, Plain, Publishing, Receipt, Sending, Several, Storing, Working } from './handlers.js';

declare const scope: Service;
declare const orders: Queue<Order>;
declare const numbers: Queue<number>;
declare const anything: Queue;
declare const events: Topic<Order>;
declare const bucket: Bucket;
const entry = 'handler.ts';
const often = Schedule.cron('* * * * *');

export function links(): void {
  new ServerlessFunction<Plain>(scope, 'Plain', { entry });
  new ServerlessFunction<Sending>(scope, 'Sending', { entry, links: { orders } });
  new ServerlessFunction<Sending>(scope, 'Anything', { entry, links: { orders: anything } });
  // @ts-expect-error the handler asks for the link `orders`
  new ServerlessFunction<Sending>(scope, 'Missing', { entry });
  // @ts-expect-error the handler asks for the link `orders`
  new ServerlessFunction<Sending>(scope, 'Named otherwise', { entry, links: { queue: orders } });
  // @ts-expect-error the handler asks for no link `events`
  new ServerlessFunction<Sending>(scope, 'More', { entry, links: { orders, events } });
  // @ts-expect-error the handler asks for no link at all
  new ServerlessFunction<Plain>(scope, 'Unasked', { entry, links: { orders } });
  // @ts-expect-error a queue of other messages
  new ServerlessFunction<Sending>(scope, 'Messages', { entry, links: { orders: numbers } });
  // @ts-expect-error a topic is no queue
  new ServerlessFunction<Sending>(scope, 'Topic', { entry, links: { orders: events } });
}

export function order(): void {
  const orders = new Queue<Order, true>(scope, 'Orders', { fifo: true });
  const events = new Topic<Order, true>(scope, 'Events', { fifo: true, contentBasedDeduplication: true });
  new ServerlessFunction<InOrder>(scope, 'Exact', { entry, links: { orders, events } });
  new ServerlessFunction<InOrder>(scope, 'Inferred', {
    entry,
    links: { orders: new Queue(scope, 'More', { fifo: true }), events },
  });
  // @ts-expect-error a queue without order
  new ServerlessFunction<InOrder>(scope, 'Unordered', { entry, links: { orders: new Queue<Order>(scope, 'None'), events } });
  // @ts-expect-error the handler gives no groups
  new ServerlessFunction<Sending>(scope, 'Groups', { entry, links: { orders } });
  // @ts-expect-error the type says order, so the props have to
  new Queue<Order, true>(scope, 'Said');
  // @ts-expect-error the props say order, so the type has to
  new Queue<Order>(scope, 'Set', { fifo: true });
  // @ts-expect-error only with order
  new Queue<Order>(scope, 'Content', { contentBasedDeduplication: true });
}

export function buckets(): void {
  const [reads, writes, both] = [bucket.readOnly(), bucket.writeOnly(), bucket.readWrite()];
  new ServerlessFunction<Storing>(scope, 'Exact', { entry, links: { reads, writes, both } });
  // @ts-expect-error who reads must be allowed to
  new ServerlessFunction<Storing>(scope, 'Read', { entry, links: { reads: writes, writes, both } });
  // @ts-expect-error who does both must be allowed both
  new ServerlessFunction<Storing>(scope, 'Both', { entry, links: { reads, writes, both: reads } });
  // @ts-expect-error a bucket is no link, one access to it is
  new ServerlessFunction<Storing>(scope, 'Bucket', { entry, links: { reads: bucket, writes, both } });
}

export function triggers(): void {
  new ServerlessFunction<Publishing>(scope, 'Schedule', { entry, links: { events }, triggers: { Often: often } });
  // @ts-expect-error the handler answers schedules, not queues
  new ServerlessFunction<Publishing>(scope, 'Queue', { entry, links: { events }, triggers: { Orders: orders.messages() } });
  // @ts-expect-error the handler answers requests only
  new ServerlessFunction<Plain>(scope, 'Plain', { entry, triggers: { Often: often } });
  const several = { data: bucket.readWrite(), events };
  new ServerlessFunction<Several>(scope, 'Several', {
    entry,
    links: several,
    triggers: { News: events.messages(), Upload: bucket.objects() },
  });
  new ServerlessFunction<Several>(scope, 'Wrong', {
    entry,
    links: several,
    // @ts-expect-error it answers topics and objects, not schedules
    triggers: { Often: often },
  });
  // @ts-expect-error one part reads the bucket, the other one writes it
  new ServerlessFunction<Several>(scope, 'Half', { entry, links: { data: bucket.readOnly(), events } });
}

export function routes(): void {
  const plain = new ServerlessFunction<Plain>(scope, 'Plain', { entry });
  const charge = new ServerlessFunction<Charging>(scope, 'Charge', { entry });
  const untyped = new ServerlessFunction(scope, 'Untyped', { entry });
  const api = new HttpApi(scope, 'Api', { routes: { 'GET /plain': plain, 'GET /untyped': untyped } });
  // @ts-expect-error the handler answers calls, not requests
  api.addRoute('GET /charge', charge);
  // @ts-expect-error a route begins with a method
  api.addRoute('/plain', plain);
}

export function calls(): void {
  const charge = new ServerlessFunction<Charging>(scope, 'Charge', { entry });
  const plain = new ServerlessFunction<Plain>(scope, 'Plain', { entry });
  new ServerlessFunction<Working>(scope, 'Working', { entry, links: { charge }, triggers: { Orders: orders.messages() } });
  // @ts-expect-error a function without a call handler cannot be called
  new ServerlessFunction<Working>(scope, 'Uncallable', { entry, links: { charge: plain } });
  type Elsewhere = {
    default: { '~handler': { kinds: readonly 'call'[]; links: {}; input: (input: number) => void; output: Receipt } };
  };
  const other = new ServerlessFunction<Elsewhere>(scope, 'Other', { entry });
  // @ts-expect-error it takes a number and not an order
  new ServerlessFunction<Working>(scope, 'Input', { entry, links: { charge: other } });
}
