import { http } from 'faasten/runtime';

// Never loaded.
await new Promise(() => {});

export default http(async () => new Response('ready'));
