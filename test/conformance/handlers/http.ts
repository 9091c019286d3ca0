import { http } from 'faasten/runtime';

/** Answers with what it saw. */
export default http(async (request, { params, log }) => {
  const url = new URL(request.url);
  log.info('seen', { path: url.pathname });
  switch (url.pathname) {
    case '/binary':
      return new Response(await request.arrayBuffer(), { status: 201, headers: { 'content-type': 'image/png' } });
    case '/cookies':
      return new Response('ok', {
        headers: [
          ['set-cookie', 'a=1; Path=/; HttpOnly'],
          ['set-cookie', 'b=2, with a comma; Path=/'],
          ['x-answer', 'yes'],
        ],
      });
    case '/empty':
      return new Response(null, { status: 204 });
    case '/fail':
      throw new Error('the password is hunter2');
    case '/redirect':
      return new Response(null, { status: 303, headers: { location: '/elsewhere?x=1' } });
  }
  return Response.json({
    method: request.method,
    path: url.pathname,
    query: [...url.searchParams],
    headers: Object.fromEntries([...request.headers].filter(([name]) => name.startsWith('x-') && name.length < 9)),
    cookie: request.headers.get('cookie'),
    body: await request.text(),
    params,
  });
});
