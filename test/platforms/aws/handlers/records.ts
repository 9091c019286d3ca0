import { changes, event, handlers, queue, stream } from 'faasten/runtime';

/** What the test reads of the function's output. */
const seen = (kind: string, what: unknown) => console.log(`SEEN ${JSON.stringify([kind, what])}`);

export default handlers({
  changes: changes((batch, { state, trigger }) => {
    seen('changes', { trigger, batch: batch.map(({ type, keys, before, after }) => ({ type, keys, before, after })) });
    batch.find(({ type }) => type === 'updated')?.retry();
    return { ...state, count: batch.length };
  }),
  stream: stream((records) => {
    seen(
      'stream',
      records.map(({ body, partitionKey }) => ({ body, partitionKey })),
    );
    records[1]?.retry();
  }),
  event: event(({ type, source, data }, { trigger }) => {
    seen('event', { type, source, data, trigger });
    if (data.state === 'fail') throw new Error('fail');
  }),
  queue: queue((messages) => {
    seen(
      'queue',
      messages.map(({ body, group }) => ({ body, group })),
    );
    messages[0]!.retry();
  }),
});
