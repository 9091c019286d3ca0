import { type BucketWriter, queue } from 'faasten/runtime';

export default queue<{ seen: BucketWriter }>(async (messages, { links, trigger }) => {
  for (const message of messages) {
    if (message.body.fail) message.retry();
    else await links.seen.put(`${trigger}-${message.body.id}`, '{}');
  }
});
