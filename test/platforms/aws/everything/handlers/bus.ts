import { type BucketWriter, event } from 'faasten/runtime';

export default event<{ seen: BucketWriter }>(async ({ type, data }, { links, trigger }) => {
  await links.seen.put(`bus-${trigger}-${type}-${data.id}`, '{}');
});
