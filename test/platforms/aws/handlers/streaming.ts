import { http } from 'faasten/runtime';

const encoder = new TextEncoder();

export default http(async (request) => {
  switch (new URL(request.url).pathname) {
    case '/empty':
      return new Response(null, { status: 204, headers: { 'x-empty': 'yes' } });
    case '/breaks': {
      let sent = 0;
      const body = new ReadableStream({
        pull(controller) {
          if (sent++ === 0) controller.enqueue(encoder.encode('begun'));
          else controller.error(new Error('lost in the middle'));
        },
      });
      return new Response(body);
    }
    case '/throws':
      throw new Error('not for callers');
    default: {
      let sent = 0;
      const body = new ReadableStream({
        pull(controller) {
          controller.enqueue(encoder.encode(`part ${++sent};`));
          if (sent === 3) controller.close();
        },
      });
      const headers = new Headers({ 'content-type': 'text/event-stream' });
      headers.append('set-cookie', 'a=1');
      headers.append('set-cookie', 'b=2');
      return new Response(body, { status: 201, headers });
    }
  }
});
