/** Order by group: what SQS and Pub/Sub deliver, and what is said of messages that failed. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { serve as serveHttp } from '../../lib/runtime/adapters/http.js';
import { serve } from '../../lib/runtime/adapters/lambda.js';
import { type Handler, handlers, type QueueMessage, queue, topic } from '../../lib/runtime/index.js';
import { lambdaContext, logged, options, payload, post } from './support.js';

afterEach(() => vi.restoreAllMocks());

/** A batch of the documented sample, with one letter for each message: its group. Its body is its number, `m0`, `m1`, … its id. */
function batch(groups: string, bodies: readonly unknown[] = [...groups].map((_, index) => index)) {
  const [sample] = payload('sqs-fifo').Records;
  return {
    Records: [...groups].map((group, index) => ({
      ...sample,
      messageId: `m${index}`,
      body: JSON.stringify(bodies[index]),
      attributes: { ...sample.attributes, MessageGroupId: group },
    })),
  };
}

async function failures(handler: Handler, event: unknown): Promise<string[]> {
  logged();
  const answer: any = await serve(handler, options())(event, lambdaContext());
  return answer.batchItemFailures.map(({ itemIdentifier }: { itemIdentifier: string }) => itemIdentifier);
}

describe('a batch of a FIFO queue', () => {
  const failing = (...numbers: number[]) =>
    queue((messages: readonly QueueMessage<any>[]) => {
      for (const message of messages) if (numbers.includes(message.body)) message.retry();
    });

  it('tells the group', async () => {
    const seen: unknown[] = [];
    const handler = queue(
      (messages) => void seen.push(...messages.map(({ body, group, attempt }) => ({ body, group, attempt }))),
    );
    expect(await failures(handler, payload('sqs-fifo'))).toEqual([]);
    expect(seen).toEqual([{ body: 'Test message.', group: '1', attempt: 1 }]);
  });

  it('fails the rest of the group after the first failure, and no other group', async () => {
    expect(await failures(failing(), batch('abab'))).toEqual([]);
    expect(await failures(failing(0), batch('abab'))).toEqual(['m0', 'm2']);
    expect(await failures(failing(2), batch('abab'))).toEqual(['m2']);
    expect(await failures(failing(1, 2), batch('aabbb'))).toEqual(['m1', 'm2', 'm3', 'm4']);
    expect(
      await failures(
        queue(() => {
          throw new Error('all');
        }),
        batch('ab'),
      ),
    ).toEqual(['m0', 'm1']);
  });

  it('keeps back what follows a message that does not fit its schema', async () => {
    const seen: unknown[] = [];
    const handler = queue({ message: z.number() }, (messages) => void seen.push(...messages.map(({ body }) => body)));
    expect(await failures(handler, batch('abab', [0, 'no', 2, 3]))).toEqual(['m1', 'm3']);
    expect(seen).toEqual([0, 2]);
  });

  it('keeps the order of notifications of SNS in it, too', async () => {
    const seen: string[] = [];
    const handler = topic(({ body }) => {
      seen.push(body);
      if (body === 'bad') throw new Error('no');
    });
    const notification = (text: string) => ({ ...payload('sns-in-sqs-body'), Message: text });
    expect(await failures(handler, batch('aab', ['bad', 'next', 'other'].map(notification)))).toEqual(['m0', 'm1']);
    expect(seen).toEqual(['bad', 'other']);
  });

  it('a standard queue has no order to keep, whatever its messages say', async () => {
    const event = batch('aa');
    for (const record of event.Records) record.eventSourceARN = 'arn:aws:sqs:us-east-2:123456789012:standard';
    const handler = handlers({ queue: failing(0) });
    expect(await failures(handler, event)).toEqual(['m0']);
  });
});

it('Pub/Sub tells the group as ordering key', async () => {
  const seen: unknown[] = [];
  const fn = serveHttp(
    queue(([message]) => void seen.push(message!.group)),
    options({ kinds: ['queue'] }),
  );
  const push = payload('pubsub-push');
  await fn.fetch(post('/_faasten/queue/Orders', { ...push, message: { ...push.message, orderingKey: 'customer-1' } }));
  await fn.fetch(post('/_faasten/queue/Orders', push));
  expect(seen).toEqual(['customer-1', undefined]);
});
