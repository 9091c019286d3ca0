import { call } from 'faasten/runtime';

export default call(async ({ cents }: { cents: number }) => {
  if (cents < 0) throw new Error('there is no such amount');
  return { accepted: cents < 1000 };
});
