import { authorizer } from 'faasten/runtime';

export default authorizer((request) => (request.headers.get('authorization') === 'Bearer tea' ? { subject: 'tea' } : undefined));
