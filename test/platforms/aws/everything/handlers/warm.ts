import { http } from 'faasten/runtime';

export default http(() => Response.json({ version: 'first' }));
