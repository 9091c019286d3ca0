/** Whatever carries a request, the handler sees the same one. hono's Lambda adapter is a second opinion on API Gateway's payloads. */
import { createServer, request as rawRequest } from 'node:http';
import fc from 'fast-check';
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serve as serveFramework } from '../../lib/runtime/adapters/functions-framework.js';
import { serve as serveHttp } from '../../lib/runtime/adapters/http.js';
import { serve as serveLambda } from '../../lib/runtime/adapters/lambda.js';
import { http } from '../../lib/runtime/index.js';
import { lambdaContext, options } from './support.js';

interface Sent {
  readonly method: string;
  /** Segments after `/files`, decoded. */
  readonly path: readonly string[];
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly cookies: readonly string[];
  readonly body: Uint8Array;
}

const ROUTE = 'ANY /files/{path+}';
const HOST = 'api.example';

const seen = async (request: Request, params: object) => ({
  method: request.method,
  url: request.url.replace(/^https?:/, ''),
  several: Object.fromEntries([...request.headers].filter(([name]) => name.startsWith('x-t-'))),
  cookie: request.headers.get('cookie'),
  body: Buffer.from(await request.arrayBuffer()).toString('base64'),
  params,
});

const echo = http(async (request, { params }) => Response.json(await seen(request, params)));
const served = options({ kinds: ['http'], routes: [ROUTE] });
const lambda = serveLambda(echo, served);
const fetchStyle = serveHttp(echo, served);
const oracle = new Hono().all('/files/*', async (c) => c.json(await seen(c.req.raw, {})));
const hono = handle(oracle);

const encodedPath = ({ path }: Sent) => ['/files', ...path.map(encodeURIComponent)].join('/');
const queryString = ({ query }: Sent) => query.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
const target = (sent: Sent) => encodedPath(sent) + (sent.query.length > 0 ? `?${queryString(sent)}` : '');
const bodyOf = ({ method, body }: Sent) => (method === 'GET' || method === 'HEAD' || body.length === 0 ? undefined : body);

/** As the documentation describes payload 2.0: headers joined by commas, cookies apart, the path decoded (HTTP API) or not (function URL). */
function version2(sent: Sent, functionUrl: boolean): any {
  const body = bodyOf(sent);
  const rawPath = functionUrl ? encodedPath(sent) : `/files/${sent.path.join('/')}`;
  const headers = Object.fromEntries(Object.entries(sent.headers).map(([name, values]) => [name, values.join(',')]));
  return {
    version: '2.0',
    routeKey: functionUrl ? '$default' : ROUTE,
    rawPath,
    rawQueryString: queryString(sent),
    ...(sent.cookies.length > 0 && { cookies: sent.cookies }),
    headers: { host: HOST, ...headers },
    requestContext: {
      domainName: functionUrl ? 'abc.lambda-url.eu-west-1.on.aws' : HOST,
      stage: '$default',
      http: { method: sent.method, path: rawPath },
    },
    ...(body && { body: Buffer.from(body).toString('base64') }),
    isBase64Encoded: Boolean(body),
  };
}

/** Payload 1.0 of a REST API: headers and parameters with all their values, the path as it was sent. */
function version1(sent: Sent): any {
  const body = bodyOf(sent);
  const cookie: Record<string, string[]> = sent.cookies.length > 0 ? { cookie: [sent.cookies.join('; ')] } : {};
  const multiValueHeaders: Record<string, readonly string[]> = { Host: [HOST], ...sent.headers, ...cookie };
  const several: Record<string, string[]> = {};
  for (const [name, value] of sent.query) several[name] = [...(Object.hasOwn(several, name) ? several[name]! : []), value];
  return {
    resource: '/files/{path+}',
    path: encodedPath(sent),
    httpMethod: sent.method,
    headers: Object.fromEntries(Object.entries(multiValueHeaders).map(([name, values]) => [name, values.at(-1)])),
    multiValueHeaders,
    queryStringParameters: sent.query.length > 0 ? Object.fromEntries(sent.query) : null,
    multiValueQueryStringParameters: sent.query.length > 0 ? several : null,
    requestContext: { stage: 'prod', httpMethod: sent.method },
    body: body ? Buffer.from(body).toString('base64') : null,
    isBase64Encoded: Boolean(body),
  };
}

function plain(sent: Sent, prefix = '/_faasten/http'): Request {
  const headers = new Headers();
  for (const [name, values] of Object.entries(sent.headers)) for (const value of values) headers.append(name, value);
  if (sent.cookies.length > 0) headers.set('cookie', sent.cookies.join('; '));
  return new Request(`http://${HOST}${prefix}${target(sent)}`, { method: sent.method, headers, body: bodyOf(sent) as never });
}

const viaLambda = async (event: any) => JSON.parse(((await lambda(event, lambdaContext())) as any).body);

const frameworkHandler = serveFramework(echo, served);
const server = createServer((request, response) => void frameworkHandler(request, response));
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())));

const viaSocket = (sent: Sent): Promise<any> =>
  new Promise((resolve, reject) => {
    const headers: Record<string, any> = { host: HOST, ...sent.headers };
    if (sent.cookies.length > 0) headers.cookie = sent.cookies.join('; ');
    const body = bodyOf(sent);
    headers['content-length'] = body?.length ?? 0;
    const { port } = server.address() as { port: number };
    rawRequest({ port, method: sent.method, path: `/_faasten/http${target(sent)}`, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => {
        try {
          resolve(JSON.parse(Buffer.concat(parts).toString()));
        } catch (error) {
          reject(error);
        }
      });
    })
      .on('error', reject)
      .end(body);
  });

const word = fc.string({
  unit: fc.constantFrom(...'abcXYZ019 ?&=#%+;:/@üñ€😀"\'.~-_'.match(/./gu)!),
  minLength: 1,
  maxLength: 8,
});
/** Without slashes, which HTTP APIs lose, and without dots alone, which URLs resolve. */
const segment = word.map((text) => text.replaceAll('/', '|')).filter((text) => !/^\.+$/.test(text));
const value = fc.string({ unit: fc.constantFrom(...'abc 019=;:/"'), maxLength: 8 }).map((text) => text.trim());
const sent: fc.Arbitrary<Sent> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
  path: fc.array(segment, { minLength: 1, maxLength: 3 }),
  // Payload 1.0 keeps the order of one parameter's values only: each parameter's stand together here.
  query: fc
    .uniqueArray(fc.tuple(word, fc.array(word, { minLength: 1, maxLength: 3 })), { selector: ([name]) => name, maxLength: 3 })
    .map((entries) =>
      entries
        .filter(([name]) => !/^\d+$/.test(name)) // objects put such names first
        .flatMap(([name, values]) => values.map((each) => [name, each] as const)),
    ),
  headers: fc.dictionary(fc.constantFrom('x-t-one', 'x-t-two'), fc.array(value, { minLength: 1, maxLength: 3 })),
  cookies: fc.array(
    fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('1', 'x%20y', '')).map((pair) => pair.join('=')),
    { maxLength: 2 },
  ),
  body: fc.uint8Array({ maxLength: 20 }),
});

/** Fetch joins the values of a header with a comma and a space, payload 2.0 with a comma. */
const joined = (seen: any) => ({
  ...seen,
  several: Object.fromEntries(Object.entries<string>(seen.several).map(([name, text]) => [name, text.replaceAll(', ', ',')])),
});
/** `encodeURIComponent` and API Gateway's encoding spell paths and queries differently; what they mean is the same. */
const meant = (seen: any) => {
  const url = new URL(`http:${seen.url}`);
  return { ...joined(seen), url: [url.host, url.pathname.split('/').map(decodeURIComponent), [...url.searchParams]] };
};

it('is the same request through every payload, socket and style', async () => {
  await fc.assert(
    fc.asyncProperty(sent, async (each) => {
      const response = await fetchStyle.fetch(plain(each));
      const reference: any = await response.json();
      expect(reference.params).toEqual({ path: each.path.join('/') });
      expect(reference.url).toBe(plain(each, '').url.replace('http:', ''));
      expect(reference.body).toBe(Buffer.from(bodyOf(each) ?? []).toString('base64'));
      expect(joined(await viaSocket(each))).toEqual(joined(reference));
      expect(meant(await viaLambda(version1(each)))).toEqual(meant(reference));
      expect(meant(await viaLambda(version2(each, false)))).toEqual(meant(reference));
      const { params, ...functionUrl } = await viaLambda(version2(each, true));
      const { params: _, ...rest } = reference;
      expect(joined(functionUrl)).toEqual(joined(rest));
      expect(params).toEqual({});
    }),
    { numRuns: 200 },
  );
});

it('is the request that hono makes of the same payloads', async () => {
  await fc.assert(
    fc.asyncProperty(sent, async (each) => {
      // hono leaves empty headers out.
      fc.pre(Object.values(each.headers).every((values) => values.every((text) => text !== '')));
      for (const event of [version1(each), version2(each, true)]) {
        const theirs: any = await hono(event);
        const { params: _, ...ours } = await viaLambda(event);
        const { params: __, ...other } = JSON.parse(theirs.body);
        // hono takes the host from the context, we from the header, as other adapters do.
        const rest = (seen: any) => ({ ...meant(seen), url: meant(seen).url.slice(1) });
        expect(rest(ours)).toEqual(rest(other));
      }
    }),
    { numRuns: 200 },
  );
});
