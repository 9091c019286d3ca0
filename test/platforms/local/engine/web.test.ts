import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Request as OurRequest,
  fetch as ourFetch,
  requestOf,
} from '../../../../lib/platforms/local/engine/worker/web/request.js';
import { Response as OurResponse, wholeOf } from '../../../../lib/platforms/local/engine/worker/web/response.js';

const { Request, Response } = globalThis;

/** What something gives, or throws, in a form that can be compared. */
async function outcome(work: () => unknown): Promise<unknown> {
  try {
    return { gives: shown(await work()) };
  } catch (error) {
    return { throws: `${error instanceof Error}: ${(error as Error).message}` };
  }
}

function shown(value: unknown): unknown {
  if (value instanceof Headers) return [...value];
  if (value instanceof Blob) return [value.type, value.size];
  if (value instanceof ReadableStream) return `stream, locked: ${value.locked}`;
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString('hex');
  if (value instanceof AbortSignal) return `aborted: ${value.aborted}`;
  if (value instanceof FormData) return [...value];
  return ArrayBuffer.isView(value) ? Buffer.from(value as Uint8Array).toString('hex') : value;
}

/** Something that a handler does; gives what it sees of it. `copies` are what it cloned. */
type Step = (message: any, copies: any[]) => unknown;

/** Every member of a class, what its headers allow, and what streams of bodies give. */
function steps(prototype: object): [name: string, step: Step][] {
  const members = Reflect.ownKeys(prototype).filter((key) => key !== 'constructor' && typeof key === 'string') as string[];
  const all: [string, Step][] = members.map((key) =>
    key === 'clone'
      ? [key, (message, copies) => void copies.push(message.clone())]
      : [key, (message) => (typeof message[key] === 'function' ? message[key]() : message[key])],
  );
  all.push(
    ['a header', (message) => message.headers.get('x-one')],
    ['the same headers', (message) => new Set([message.headers, message.headers]).size],
    ['set a header', (message) => message.headers.set('x-one', 'set')],
    ['append a header', (message) => message.headers.append('X-Two', ' more ')],
    ['delete a header', (message) => message.headers.delete('content-type')],
    ['a wrong header', (message) => message.headers.set('x-one', 'a\nb')],
    [
      'read the stream',
      async (message) => message.body && Buffer.from(await new Response(message.body).arrayBuffer()).toString(),
    ],
    ['keys', (message) => Object.keys(message).length],
    ['kind', (message) => Object.prototype.toString.call(message)],
    ['of its class', (message) => [message instanceof Response, message instanceof Request]],
    ['the text of a copy', (_, copies) => copies.pop()?.text()],
    ['the headers of a copy', (_, copies) => copies.pop()?.headers],
    ['of the copy’s class', (_, copies) => copies.every((copy) => copy instanceof Response || copy instanceof Request)],
  );
  return all;
}

/** The same steps, by two that should not differ. */
async function compare(one: any, other: any, todo: readonly [string, Step][]): Promise<void> {
  const [copiesOfOne, copiesOfOther]: any[][] = [[], []];
  for (const [name, step] of todo) {
    const [ours, theirs] = [await outcome(() => step(one, copiesOfOne!)), await outcome(() => step(other, copiesOfOther!))];
    expect([name, ours]).toEqual([name, theirs]);
  }
}

const todo = (prototype: object) => fc.array(fc.constantFrom(...steps(prototype)), { minLength: 1, maxLength: 8 });

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '{"a":[1,2]}', '\ufeffmark', '\ud800 alone', 'ä€😀'),
);
const header = fc.constantFrom('x-one', 'X-Two', 'Content-Type', 'set-cookie', 'x one', '', 'ü', 'a');
const value = fc.oneof(fc.constantFrom('one', ' two ', '', 'a\tb', 'ä', '€', 'a\nb', 'text/html', 'a, b', '1'), fc.string());
const headers = fc.oneof(
  fc.constant(undefined),
  fc.dictionary(header, value, { maxKeys: 4 }),
  fc.array(fc.tuple(header, value), { maxLength: 3 }),
  fc.constantFrom({ 'X-One': 1 }, { a: '1', A: '2' }, null, 7, new Map([['x-one', '1']])),
  fc
    .array(fc.tuple(fc.constantFrom('set-cookie', 'x-one', 'content-type'), fc.constantFrom('a', 'b')), { maxLength: 3 })
    .map((list) => new Headers(list)),
);
const init = fc.oneof(
  fc.constantFrom(undefined, null, 7, {}),
  fc.record(
    {
      status: fc.oneof(fc.constantFrom<any>(undefined, 199, 201, 204, 304, 404, 500, 600, 200.5, '202', null, Number.NaN)),
      statusText: fc.constantFrom(undefined, '', 'Fine', 'a\nb'),
      headers,
    },
    { requiredKeys: [] },
  ),
);
const body = fc.oneof(
  { arbitrary: text, weight: 4 },
  fc.constantFrom<any>(undefined, null, 0, 7, true, {}, Symbol.iterator),
  fc.constantFrom<() => any>(
    () => new Uint8Array([104, 105]),
    () => new URLSearchParams({ a: 'b' }),
    () => new Blob(['blob'], { type: 'text/x' }),
  ),
);

/** Bodies that are objects are made anew: one is read once. */
const given = (value: any) => (typeof value === 'function' ? value() : value);

describe('a response that stands in for one of undici’s', () => {
  test('says the same, does the same, fails the same', async () => {
    await fc.assert(
      fc.asyncProperty(body, init, todo(Response.prototype), async (what, how: any, list) => {
        const [ours, theirs] = [
          await outcome(() => new OurResponse(given(what), how).status),
          await outcome(() => new Response(given(what), how).status),
        ];
        expect(ours).toEqual(theirs);
        if ('throws' in (ours as object)) return;
        await compare(new OurResponse(given(what), how), new Response(given(what), how), list);
      }),
      { numRuns: 1500 },
    );
  });

  test('so does one of JSON', async () => {
    const data = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(undefined, () => 1, 1n, '\ud800'),
    );
    await fc.assert(
      fc.asyncProperty(data, init, todo(Response.prototype), async (what, how: any, list) => {
        const ours = await outcome(() => OurResponse.json(what, how).status);
        expect(ours).toEqual(await outcome(() => Response.json(what, how).status));
        if ('throws' in (ours as object)) return;
        await compare(OurResponse.json(what, how), Response.json(what, how), list);
      }),
      { numRuns: 700 },
    );
  });

  test('is what it was made of as long as nobody looked into it', async () => {
    const response = new OurResponse('hello', { status: 201, headers: { 'x-one': '1', Allow: 'GET' } });
    response.headers.delete('x-one');
    const head = ['allow', 'GET', 'content-type', 'text/plain;charset=UTF-8'];
    expect(wholeOf(response)).toEqual({ status: 201, headers: head, body: 'hello' });
    expect(wholeOf(response.clone())).toEqual({ status: 201, headers: head, body: 'hello' });
    expect(response.body).toBeInstanceOf(ReadableStream);
    expect(wholeOf(response)).toBeUndefined();
    expect(wholeOf(new Response('hello'))).toBeUndefined();
    expect(wholeOf(new OurResponse(new Uint8Array(3)))).toBeUndefined();
  });

  test('is of the class, and of classes made of it', () => {
    class Own extends OurResponse {
      get own() {
        return this.status + 1;
      }
    }
    expect(new Own('x')).toBeInstanceOf(OurResponse);
    expect(new Own('x').own).toBe(201);
    expect(new OurResponse('x')).toBeInstanceOf(OurResponse);
    expect(new Response('x')).toBeInstanceOf(OurResponse);
    expect(Reflect.ownKeys(OurResponse).sort()).toEqual(expect.arrayContaining(['json', 'length', 'name', 'prototype']));
    expect(OurResponse.error().type).toBe('error');
    expect(OurResponse.redirect('http://localhost/', 303).status).toBe(303);
    expect([OurResponse.name, OurResponse.length]).toEqual([Response.name, Response.length]);
    expect(() => (OurResponse as any)('x')).toThrow(TypeError);
    expect(inspect(new OurResponse('x'))).toBe(inspect(new Response('x')));
  });
});

const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND');
const sent = fc.array(
  fc.tuple(fc.constantFrom('x-one', 'Content-Type', 'cookie'), fc.constantFrom('1', 'a=b', 'multipart/form-data')),
  {
    maxLength: 4,
  },
);
const bytes = fc.option(
  fc.oneof(
    fc.uint8Array(),
    text.map((each) => Buffer.from(each)),
  ),
  { nil: undefined },
);

describe('a request that stands in for one of undici’s', () => {
  const pair = (how: string, list: readonly (readonly string[])[], bytes?: Uint8Array) => {
    const url = 'http://localhost:3000/a?b=c';
    const bodiless = how === 'GET' || how === 'HEAD';
    return [
      requestOf({ method: how, url, headers: list.flat() }, bytes),
      new Request(url, { method: how, headers: list as never, body: bodiless ? undefined : (bytes as never) }),
    ] as const;
  };

  test('says the same, does the same, fails the same', async () => {
    await fc.assert(
      fc.asyncProperty(method, sent, bytes, todo(Request.prototype), async (how, list, content, steps) => {
        const [ours, theirs] = pair(how, list, content);
        await compare(ours, theirs, steps);
      }),
      { numRuns: 1500 },
    );
  });

  test('has the URL that a Request has', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom('.', '..', '%2e', '%2E.', '[', "'", '^', '|', '#', '?', '//', '%', 'ä', ' ', '{', '~'),
    );
    fc.assert(
      fc.property(
        fc.array(part),
        fc.constantFrom('localhost', 'LOCALHOST:80', '127.0.0.1:3000', '127.1', '[::1]:80'),
        (parts, host) => {
          const url = `http://${host}/${parts.join('/')}`;
          expect(requestOf({ method: 'GET', url, headers: [] }).url).toBe(new Request(url).url);
        },
      ),
      { numRuns: 3000 },
    );
    for (const url of ['http://', 'nothing', 'http://a b/']) {
      expect(() => requestOf({ method: 'GET', url, headers: [] })).toThrow();
    }
    expect(() => requestOf({ method: 'TRACE', url: 'http://localhost/', headers: [] })).toThrow(TypeError);
  });

  test('can be made another request of, and be sent', async () => {
    const [ours] = pair('POST', [['x-one', '1']], Buffer.from('content'));
    ours.headers.set('x-two', '2');
    const next = new OurRequest(ours, { headers: undefined });
    expect([await next.text(), next.headers.get('x-two'), ours.bodyUsed]).toEqual(['content', '2', true]);
    await expect(ours.text()).rejects.toThrow(TypeError);
    expect(await (await ourFetch('data:text/plain,hi')).text()).toBe('hi');
    const server = createServer((request, response) => request.pipe(response.writeHead(201, { echo: request.headers['x-one'] })));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const post = requestOf({ method: 'POST', url, headers: ['x-one', 'two'] }, Buffer.from('sent'));
    const answer = await ourFetch(post);
    expect([answer.status, answer.headers.get('echo'), await answer.text(), post.bodyUsed]).toEqual([201, 'two', 'sent', true]);
    server.close();
    expect(new OurRequest('http://localhost/').method).toBe('GET');
    expect([OurRequest.name, OurRequest.length, ourFetch.name, ourFetch.length]).toEqual(['Request', 1, 'fetch', 1]);
    expect(() => new (OurRequest as any)()).toThrow(TypeError);
  });
});
