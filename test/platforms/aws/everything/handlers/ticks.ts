import { type BucketWriter, schedule } from 'faasten/runtime';

export default schedule<{ seen: BucketWriter }>(async (_event, { links, trigger }) => {
  await links.seen.put(`tick-${trigger}`, '{}');
});
