import { type BucketWriter, topic } from 'faasten/runtime';

export default topic<{ seen: BucketWriter }>(async ({ body }, { links }) => {
  await links.seen.put(`event-${body.id}`, '{}');
});
