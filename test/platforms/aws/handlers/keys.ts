import { authorizer } from 'faasten/runtime';

/** Lets in who has a key that begins with `let-`. */
export default authorizer(async ({ headers }, { route }) => {
  const key = headers.get('x-key') ?? '';
  return key.startsWith('let-') ? { subject: key.slice(4), claims: { asked: route } } : undefined;
});
