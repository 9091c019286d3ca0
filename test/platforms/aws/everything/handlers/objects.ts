import { type BucketWriter, objects } from 'faasten/runtime';

export default objects<{ seen: BucketWriter }>(async (event, { links }) => {
  await links.seen.put(`object-${event.key.replaceAll('/', '-')}`, JSON.stringify({ type: event.type }));
});
