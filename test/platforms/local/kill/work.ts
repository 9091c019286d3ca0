import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { call, event, handlers, objects, queue, schedule, topic } from 'faasten/runtime';

/**
 * Told outside of the process before anything else, with the first of its batch: what a write has given to the system outlives a
 * kill.
 */
async function take(...items: readonly (readonly [trigger: string, n: string, attempt: number])[]): Promise<void> {
  const [[, first]] = items as [(typeof items)[0]];
  appendFileSync(process.env.LOG!, items.map((item) => `${item.join(' ')} ${first}\n`).join(''));
  await pause(Math.random() * 40);
}

/** Of everything, one in twenty fails at first. */
function failAtFirst(n: string, attempt: number): void {
  if (attempt === 1 && n.endsWith('7') && Number(n.at(-2)) % 2 === 0) throw new Error('at first');
}

export default handlers({
  queue: queue(async (messages, { trigger }) => {
    await take(...messages.map(({ body, attempt }) => [trigger!, body.n, attempt] as const));
    if (trigger === 'Poison') throw new Error('never');
    for (const message of messages) {
      // Those of a group come again together: what is done of them would be done again after what failed.
      if (trigger === 'Orders') failAtFirst(message.body.n, message.attempt);
      else if (message.attempt === 1 && message.body.n.endsWith('3')) message.retry();
    }
  }),
  topic: topic(async (message, { trigger, attempt }) => {
    await take([trigger!, message.body.n, attempt]);
    failAtFirst(message.body.n, attempt);
  }),
  event: event(async ({ data }, { trigger, attempt }) => {
    await take([trigger!, (data as { n: string }).n, attempt]);
  }),
  objects: objects(async ({ key }, { trigger, attempt }) => {
    await take([trigger!, key.slice('in/'.length), attempt]);
  }),
  schedule: schedule(async ({ time }, { trigger, attempt }) => {
    await take([trigger!, time.toISOString(), attempt]);
  }),
  call: call(async ({ n }: { n: string }) => {
    await take(['Start', n, 1]);
  }),
});
