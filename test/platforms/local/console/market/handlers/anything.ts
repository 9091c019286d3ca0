import {
  authorizer,
  call,
  event,
  HttpProblem,
  handlers,
  http,
  objects,
  queue,
  schedule,
  topic,
  websocket,
} from 'faasten/runtime';

/** What messages and requests wish for. */
interface Wish {
  readonly wish?: 'fail' | 'slow';
  readonly [name: string]: unknown;
}

async function grant({ wish }: Wish): Promise<void> {
  if (wish === 'fail') throw new Error('as wished');
  if (wish === 'slow') await new Promise((resolve) => setTimeout(resolve, 400));
}

export default handlers({
  http: http<any>(async (request, { links, log, identity }) => {
    const url = new URL(request.url);
    await grant(Object.fromEntries(url.searchParams) as Wish);
    if (request.method !== 'POST') return Response.json({ products: ['teapot', 'kettle'], for: identity?.subject });
    const order = (await request.json()) as Wish;
    log.info('order accepted', { order, by: identity?.subject });
    await links.orders.send(order);
    return Response.json(order, { status: 202, headers: { 'set-cookie': 'session=cookie-of-the-answer' } });
  }),
  authorizer: authorizer(async (request, { log }) => {
    const word = request.headers.get('x-word') ?? new URL(request.url).searchParams.get('token');
    log.info('asked');
    return word?.startsWith('sesame') ? { subject: 'ali' } : undefined;
  }),
  queue: queue<any>(async (messages, { links, log }) => {
    for (const message of messages) {
      const order = message.body as Wish;
      try {
        await links.charge.call(order);
        await links.news.publish(order, { attributes: { status: 'paid' } });
        await links.bus.publish('order.paid', order);
      } catch (error) {
        log.warn('order is tried again', { attempt: message.attempt, error });
        message.retry();
      }
    }
  }),
  call: call(async (input: any, { log, secrets }) => {
    log.info('charging', { key: secrets.PAYMENT_KEY });
    await grant(input);
    return { accepted: true };
  }),
  topic: topic(async (message, { log }) => {
    log.info('told', { about: message.body });
    await grant(message.body as Wish);
  }),
  event: event(async ({ type }, { log }) => {
    log.info('audited', { type });
  }),
  objects: objects(async ({ key, size }, { log }) => {
    log.info('small now', { key, size });
  }),
  schedule: schedule(async ({ time }, { log }) => {
    log.info('the hour is over', { time: time.toISOString() });
  }),
  websocket: websocket<any>(async ({ type, body, connectionId }, { links }) => {
    if (type === 'connect' || type === 'disconnect') return;
    if (body.wish === 'fail') throw new HttpProblem(500, 'as wished');
    if (body.wish === 'push') await links.sockets.send(connectionId, { pushed: body.text });
    return { echo: body.text };
  }),
});
