import { topic } from 'faasten/runtime';

/** Fails every time, and says so. */
export default topic((message) => {
  console.log(`ran for ${message.id}, attempt ${message.attempt}`);
  throw new Error('no luck');
});
