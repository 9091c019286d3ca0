import { type BucketClient, handlers, objects, schedule, topic } from 'faasten/runtime';

/** Keeps what it hears of in the bucket. */
const note = (data: BucketClient, line: string) => data.put(`notes/${line}`, '');

export default handlers({
  topic: topic<{ notes: BucketClient }>(async ({ body }, { links }) => note(links.notes, `paid ${body.id}`)),
  schedule: schedule<{ notes: BucketClient }>(async ({ name, time }, { links }) =>
    note(links.notes, `${name} ${time.toISOString()}`),
  ),
  objects: objects<{ notes: BucketClient }>(async ({ key, type }, { links }) =>
    note(links.notes, `${type} ${key.replaceAll('/', '_')}`),
  ),
});
