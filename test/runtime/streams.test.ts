/** Changes of tables, records of data streams and events of buses, as AWS documents them. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { serve } from '../../lib/runtime/adapters/lambda.js';
import { itemOf } from '../../lib/runtime/decode/attribute-value.js';
import { changes as changesEntrance } from '../../lib/runtime/entrances/changes.js';
import { event as eventEntrance } from '../../lib/runtime/entrances/event.js';
import { stream as streamEntrance } from '../../lib/runtime/entrances/stream.js';
import { changes, event, type Handler, handlers, objects, stream } from '../../lib/runtime/index.js';
import { eventInput } from '../../lib/runtime/wire.js';
import { lambdaContext, logged, options, payload } from './support.js';

afterEach(() => vi.restoreAllMocks());

const entrances = [changesEntrance, streamEntrance, eventEntrance];
const invoke = (handler: Handler, input: unknown, environment: Record<string, string> = {}) =>
  serve(handler, options({ entrances, environment: { FAASTEN_FUNCTION: 'shop/Test', ...environment } }))(
    input,
    lambdaContext(),
  ) as Promise<any>;

/** What a handler of `changes` or `stream` gets, without its functions. */
function seen() {
  const records: any[] = [];
  const contexts: any[] = [];
  const take = (batch: readonly any[], { trigger, kind, window, state }: any) => {
    records.push(...batch.map(({ retry: _, ...record }) => record));
    contexts.push({ trigger, kind, window, state });
  };
  return { records, contexts, take };
}
const failed = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

describe('changes of a table', () => {
  const table = payload('dynamodb');

  it('are what was there before and is there now', async () => {
    const { records, contexts, take } = seen();
    const environment = { FAASTEN_SOURCE_Orders: table.Records[0].eventSourceARN };
    expect(await invoke(changes(take), table, environment)).toEqual(failed());
    const time = new Date('2016-11-18T20:09:00.000Z');
    const [first, second] = ['New item!', 'This item has changed'].map((Message) => ({ Message, Id: 101 }));
    expect(records).toEqual([
      { id: '1', sequence: '111', time, type: 'inserted', keys: { Id: 101 }, after: first, expired: false },
      { id: '2', sequence: '222', time, type: 'updated', keys: { Id: 101 }, before: first, after: second, expired: false },
      { id: '3', sequence: '333', time, type: 'removed', keys: { Id: 101 }, before: second, expired: true },
    ]);
    expect(contexts).toEqual([{ trigger: 'Orders', kind: 'changes', state: {} }]);
  });

  it('fail from the first one on', async () => {
    const failing = (...ids: string[]) =>
      changes((batch) => {
        for (const change of batch) if (ids.includes(change.id)) change.retry();
      });
    expect(await invoke(failing('2'), table)).toEqual(failed('222'));
    expect(await invoke(failing('3', '2'), table)).toEqual(failed('222'));
    const lines = logged();
    const throwing = changes(() => {
      throw new Error('broken');
    });
    expect(await invoke(throwing, table)).toEqual(failed('111'));
    expect(lines[0]).toMatchObject({ message: 'changes failed', events: ['1'], error: { message: 'broken' } });
  });

  it('that do not fit hold back what follows', async () => {
    const { records, take } = seen();
    logged();
    const item = z.object({ Message: z.string().max(9), Id: z.number() });
    expect(await invoke(changes({ item }, take), table)).toEqual(failed('222'));
    expect(records.map(({ id }) => id)).toEqual(['1']);
    const none = z.object({ Missing: z.string() });
    expect(await invoke(changes({ item: none }, take), table)).toEqual(failed('111'));
    expect(records).toHaveLength(1);
  });

  it('carry a state through a tumbling window, to a last call without records', async () => {
    const { contexts, take } = seen();
    const count = changes((batch, context) => {
      take(batch, context);
      return { count: (context.state.count ?? 0) + batch.length };
    });
    const first = payload('dynamodb-window');
    expect(await invoke(count, first)).toEqual({ ...failed(), state: { count: 1 } });
    const last = { ...first, Records: [], state: { count: 1 }, isFinalInvokeForWindow: true };
    expect(await invoke(count, last)).toEqual({ ...failed(), state: { count: 1 } });
    const window = { start: new Date('2020-07-30T17:00:00Z'), end: new Date('2020-07-30T17:05:00Z'), early: false };
    expect(contexts.map(({ window }) => window)).toEqual([
      { ...window, final: false },
      { ...window, final: true },
    ]);
    expect(contexts.map(({ state }) => state)).toEqual([{ '1': 'state1' }, { count: 1 }]);
    // Who returns nothing keeps the state.
    expect(await invoke(changes(take), first)).toEqual({ ...failed(), state: { '1': 'state1' } });
    logged();
    const broken = changes(() => {
      throw new Error('no');
    });
    await expect(invoke(broken, last)).rejects.toThrow('the end of the window failed (request request-1)');
  });

  it('reads every type of attribute', () => {
    const item = {
      s: { S: 'text' },
      n: { N: '-1.5e3' },
      big: { N: '12345678901234567890' },
      b: { B: 'aGk=' },
      yes: { BOOL: true },
      nothing: { NULL: true },
      texts: { SS: ['a', 'b'] },
      numbers: { NS: ['1', '2'] },
      bytes: { BS: ['aGk='] },
      list: { L: [{ S: 'a' }, { N: '1' }] },
      map: { M: { inner: { M: { deep: { BOOL: false } } } } },
    };
    const hi = new TextEncoder().encode('hi');
    expect(itemOf(item)).toEqual({
      s: 'text',
      n: -1500,
      big: 12345678901234567890n,
      b: hi,
      yes: true,
      nothing: null,
      texts: new Set(['a', 'b']),
      numbers: new Set([1, 2]),
      bytes: new Set([hi]),
      list: ['a', 1],
      map: { inner: { deep: false } },
    });
  });
});

describe('records of a data stream', () => {
  const [first, second] = payload('kinesis').Records;

  it('are the bytes that were put, and what they say', async () => {
    const { records, contexts, take } = seen();
    const json = { ...second, kinesis: { ...second.kinesis, data: Buffer.from('{"order":1}').toString('base64') } };
    const environment = { FAASTEN_SOURCE_Clicks: first.eventSourceARN };
    expect(await invoke(stream(take), { Records: [first, json] }, environment)).toEqual(failed());
    expect(records).toEqual([
      {
        id: first.eventID,
        sequence: first.kinesis.sequenceNumber,
        time: new Date('2018-12-17T22:10:50.987Z'),
        partitionKey: '1',
        body: 'Hello, this is a test.',
        data: new TextEncoder().encode('Hello, this is a test.'),
      },
      expect.objectContaining({ body: { order: 1 } }),
    ]);
    expect(contexts[0].trigger).toBe('Clicks');
  });

  it('fail from the first one on', async () => {
    logged();
    const handler = stream({ body: z.string().startsWith('Hello') }, () => {});
    expect(await invoke(handler, payload('kinesis'))).toEqual(failed(second.kinesis.sequenceNumber));
  });
});

describe('events of a bus', () => {
  it('arrive as they are, or under the name of their trigger', async () => {
    const got: any[] = [];
    const handler = event((received, { trigger }) => void got.push({ ...received, trigger }));
    const sent = payload('eventbridge-ec2');
    const named = JSON.parse(eventInput('Stopped').replace('<aws.events.event.json>', JSON.stringify(sent)));
    expect(await invoke(handler, sent)).toBeUndefined();
    expect(await invoke(handler, named)).toBeUndefined();
    const expected = {
      id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
      type: 'EC2 Instance State-change Notification',
      source: 'aws.ec2',
      time: new Date('2017-12-22T18:43:48Z'),
      data: { 'instance-id': 'i-1234567890abcdef0', state: 'terminated' },
    };
    expect(got).toEqual([expected, { ...expected, trigger: 'Stopped' }]);
  });

  it('that fail are thrown, so that Lambda tries again', async () => {
    logged();
    const handler = event({ data: z.object({ missing: z.string() }) }, () => {});
    await expect(invoke(handler, payload('eventbridge-ec2'))).rejects.toThrow('1 events failed (request request-1)');
  });

  it('leave objects to their own kind', async () => {
    const got: string[] = [];
    const handler = handlers({
      event: event(() => void got.push('event')),
      objects: objects(({ key }) => void got.push(key)),
    });
    await invoke(handler, payload('eventbridge-s3-created'));
    await invoke(handler, payload('eventbridge-ec2'));
    expect(got).toEqual([expect.not.stringMatching('event'), 'event']);
  });
});
