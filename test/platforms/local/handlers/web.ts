import { type BucketClient, type FunctionClient, http, type QueueClient, type TopicClient } from 'faasten/runtime';

interface Links {
  readonly jobs: QueueClient<any>;
  readonly news: TopicClient<any>;
  readonly files: BucketClient;
  readonly worker: FunctionClient<any, any>;
}

/** Uses a link, or misbehaves, as the path says. */
export default http<Links>(async (request, { params, links, log }) => {
  const body = async () => JSON.parse((await request.text()) || '{}');
  switch (params.what) {
    case 'echo':
      return new Response(await request.arrayBuffer(), { headers: { 'x-echo': request.headers.get('x-echo') ?? '' } });
    case 'send':
      await links.jobs.send(await body());
      return new Response(null, { status: 202 });
    case 'publish': {
      const { attributes, ...message } = await body();
      await links.news.publish(message, { attributes });
      return new Response(null, { status: 202 });
    }
    case 'call':
      return Response.json(await links.worker.call(await body()));
    case 'start':
      await links.worker.start(await body());
      return new Response(null, { status: 202 });
    case 'put':
      await links.files.put(request.headers.get('x-key')!, await request.text(), { contentType: 'text/plain' });
      return new Response(null, { status: 201 });
    case 'get': {
      const found = await links.files.get(request.headers.get('x-key')!);
      return found
        ? new Response(found.body, { headers: { 'content-type': found.contentType! } })
        : new Response(null, { status: 404 });
    }
    case 'delete':
      await links.files.delete(request.headers.get('x-key')!);
      return new Response(null, { status: 204 });
    case 'list': {
      const keys: string[] = [];
      for await (const { key } of links.files.list({ prefix: request.headers.get('x-key') ?? '' })) keys.push(key);
      return Response.json(keys);
    }
    case 'sign':
      return new Response(
        await links.files.signedUrl(request.headers.get('x-key')!, { method: request.method === 'PUT' ? 'PUT' : 'GET' }),
      );
    case 'loop':
      console.log('round and round');
      for (;;) {}
    case 'exit':
      log.info('and out');
      return process.exit(3);
    case 'memory': {
      const kept: unknown[] = [];
      for (;;) kept.push(new Array(1000).fill(kept.length));
    }
    case 'rejection':
      void Promise.reject(new Error('nobody listens'));
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return new Response('late');
    case 'buffers': {
      const kept: Buffer[] = [];
      for (; kept.length < 64; await new Promise((resolve) => setTimeout(resolve, 20))) kept.push(Buffer.alloc(16 << 20, 1));
      return new Response('had a gigabyte');
    }
    case 'late':
      setTimeout(() => {
        console.log('after the answer');
        void Promise.reject(new Error('nobody waits'));
      }, 20);
      return new Response('done');
    case 'wait':
      await new Promise((resolve) => setTimeout(resolve, 13_000));
      return new Response('waited');
    case 'flood':
      for (let n = 0; n < 200; n++) console.log('x'.repeat(64 * 1024));
      log.info('after the flood');
      return new Response('done');
    case 'stream': {
      const chunks = Number(request.headers.get('x-chunks') ?? 3);
      let sent = 0;
      return new Response(
        new ReadableStream({
          async pull(controller) {
            await new Promise((resolve) => setTimeout(resolve, 5));
            if (sent++ === chunks) controller.close();
            else controller.enqueue(new Uint8Array(64 * 1024).fill(65));
          },
        }),
      );
    }
    case 'throw':
      throw new Error('the password is hunter2');
    default:
      return Response.json({ what: params.what, pid: process.pid });
  }
});
