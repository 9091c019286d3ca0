import { call, handlers, objects, queue, schedule, topic } from 'faasten/runtime';

/** Tells what it saw by its log, and does what the message wishes. */
export default handlers({
  queue: queue(async (messages, { log, attempt }) => {
    log.info('seen', { ids: messages.map(({ body }) => body.n), attempt });
    for (const message of messages) {
      if (message.body.wish === 'retry' || message.body.until > message.attempt) message.retry();
      if (message.body.wish === 'throw') throw new Error('as wished');
      if (message.body.wish === 'loop') for (;;) {}
      if (message.body.wish === 'exit') process.exit(0);
    }
  }),
  topic: topic(async (message, { log, attempt }) => {
    log.info('seen', { n: message.body.n, attributes: message.attributes, attempt });
    if (message.body.wish === 'throw') throw new Error('as wished');
  }),
  schedule: schedule(async (event, { log }) => {
    log.info('seen', { name: event.name, time: event.time.toISOString() });
  }),
  objects: objects(async (event, { log }) => {
    log.info('seen', { key: event.key, type: event.type, size: event.size });
  }),
  call: call(async (input: any, { log, secrets }) => {
    log.info('seen', { input });
    console.log(`plain output with ${secrets.API_KEY}`);
    if (input?.wish === 'throw') throw new Error('as wished');
    return { echoed: input, secret: secrets.API_KEY?.length };
  }),
});
