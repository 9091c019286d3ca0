import { type BucketWriter, changes, handlers, stream } from 'faasten/runtime';

type Links = { seen: BucketWriter };

export default handlers({
  changes: changes<Links>(async (batch, { links }) => {
    for (const { type, keys, after } of batch) await links.seen.put(`change-${type}-${keys.id}`, JSON.stringify(after ?? {}));
  }),
  stream: stream<Links>(async (records, { links }) => {
    for (const { body } of records) await links.seen.put(`record-${body.id}`, '{}');
  }),
});
