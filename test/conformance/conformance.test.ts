import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { missing } from '../engines/engine.js';
import { accessCases } from './access-cases.js';
import { aws, awsRest } from './aws.js';
import { busCases } from './bus-cases.js';
import { google } from './google.js';
import { kubernetes } from './kubernetes.js';
import { local } from './local.js';
import { socketCases } from './socket-cases.js';
import type { ClientRequest, Running, Target } from './target.js';

const seen: Record<string, unknown>[] = [];
let reports: Server;
let reportUrl: string;

beforeAll(async () => {
  reports = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push(JSON.parse(Buffer.concat(chunks).toString()));
      response.end();
    });
  });
  await new Promise<void>((resolve) => reports.listen(0, '127.0.0.1', resolve));
  reportUrl = `http://127.0.0.1:${(reports.address() as AddressInfo).port}/`;
});
afterAll(() => reports.close());

const BYTES = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
const json = (body: unknown) => Buffer.from(JSON.stringify(body));
const order = (name: string, wish: 'work' | 'retry' | 'throw' = 'work') => ({ order: name, wish });

/** One suite for every target: what handlers see, and what the target is told. */
describe.each<Target>([aws, awsRest, google, kubernetes, local])('$name', (target) => {
  describe.skipIf(missing(target.name, target.available()))('runs what was synthesized', () => {
    let running: Running;
    beforeAll(async () => {
      running = await target.start({ REPORT_URL: reportUrl });
    }, 120_000);
    afterAll(() => running?.stop());
    beforeEach(() => {
      seen.length = 0;
    });

    const lineWith = (text: string) =>
      running
        .output()
        .split('\n')
        .find((each) => each.includes(text));
    const get = (path: string, more: Partial<ClientRequest> = {}) => running.request({ method: 'GET', target: path, ...more });
    const echoed = async (request: ClientRequest) => {
      const { status, body, headers } = await running.request(request);
      expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'application/json' });
      return JSON.parse(body.toString());
    };

    test('queries with several values, repeated headers, cookies', async () => {
      const headers = [
        ['X-One', 'a'],
        ['x-two', 'b, c'],
        ['Cookie', 'session=1; theme=dark%20blue'],
      ] as const;
      expect(await echoed({ method: 'GET', target: '/echo?a=1&a=2&b=%20x%2By&c=&d=%C3%A9%26', headers })).toEqual({
        method: 'GET',
        path: '/echo',
        query: [
          ['a', '1'],
          ['a', '2'],
          ['b', ' x+y'],
          ['c', ''],
          ['d', 'é&'],
        ],
        headers: { 'x-one': 'a', 'x-two': 'b, c' },
        cookie: 'session=1; theme=dark%20blue',
        body: '',
        params: {},
      });
    });

    test('a header that is sent twice', async () => {
      const headers = [
        ['x-many', 'a'],
        ['x-many', 'b'],
      ] as const;
      const { headers: arrived } = await echoed({ method: 'GET', target: '/echo', headers });
      expect(arrived['x-many'].split(/, ?/)).toEqual(['a', 'b']);
    });

    test('path parameters are decoded', async () => {
      const answer = await echoed({ method: 'PATCH', target: '/echo/caf%C3%A9%20au%20lait/part/1%2B1' });
      expect(answer.method).toBe('PATCH');
      expect(answer.params).toEqual({ id: 'café au lait', name: '1+1' });
    });

    test('the rest of a path keeps its slashes', async () => {
      const answer = await echoed({ method: 'GET', target: '/files/a/b%20c/d.txt' });
      expect(answer.params).toEqual({ path: 'a/b c/d.txt' });
      expect(answer.path).toBe('/files/a/b%20c/d.txt');
    });

    test('text and empty bodies', async () => {
      const headers = [['content-type', 'text/plain; charset=utf-8']] as const;
      const answer = await echoed({ method: 'POST', target: '/echo', headers, body: Buffer.from('grüße 🫖') });
      expect(answer.body).toBe('grüße 🫖');
      expect((await echoed({ method: 'POST', target: '/echo' })).body).toBe('');
    });

    test('binary bodies, both ways', async () => {
      const headers = [['content-type', 'image/png']] as const;
      const answer = await running.request({ method: 'POST', target: '/binary', headers, body: BYTES });
      expect(answer.status).toBe(201);
      expect(answer.headers['content-type']).toBe('image/png');
      expect(answer.body.equals(BYTES)).toBe(true);
    });

    test('several cookies stay several', async () => {
      const answer = await get('/cookies');
      expect(answer.cookies).toEqual(['a=1; Path=/; HttpOnly', 'b=2, with a comma; Path=/']);
      expect(answer.headers['x-answer']).toBe('yes');
      expect(answer.body.toString()).toBe('ok');
    });

    test('answers without a body: 204, redirects, HEAD', async () => {
      const empty = await running.request({ method: 'DELETE', target: '/empty' });
      expect([empty.status, empty.body.length]).toEqual([204, 0]);
      const redirect = await get('/redirect');
      expect([redirect.status, redirect.headers.location]).toEqual([303, '/elsewhere?x=1']);
      const head = await running.request({ method: 'HEAD', target: '/echo' });
      expect(head.status).toBe(200);
      expect(head.headers['content-type']).toBe('application/json');
    });

    test('a thrown error is a 500 that tells nothing, and a line in the log that tells all', async () => {
      const { status, headers, body } = await get('/fail');
      expect([status, headers['content-type']]).toEqual([500, 'application/problem+json']);
      expect(JSON.parse(body.toString())).toEqual({
        status: 500,
        title: 'Internal Server Error',
        requestId: expect.stringMatching(/.+/),
      });
      // The log has a pipe of its own, and may arrive after the answer.
      const line = await vi.waitUntil(() => lineWith('hunter2'), { timeout: 5000 });
      expect(JSON.parse(line.slice(line.indexOf('{')))).toMatchObject({
        level: 'ERROR',
        error: { message: 'the password is hunter2' },
      });
      expect(line).toMatch(/handlers\/http\.ts:\d+/);
    });

    test('bodies are validated before the handler', async () => {
      const headers = [['content-type', 'application/json']] as const;
      const validated = (body: Buffer) => running.request({ method: 'POST', target: '/validated', headers, body });
      expect(JSON.parse((await validated(json({ amount: 21 }))).body.toString())).toEqual({ twice: 42 });
      const unfit = await validated(json({ amount: 'many' }));
      expect([unfit.status, unfit.headers['content-type']]).toEqual([400, 'application/problem+json']);
      expect(JSON.parse(unfit.body.toString()).issues).toMatchObject([{ path: 'amount' }]);
      // Google's framework parses JSON itself, and answers before the function is called.
      const malformed = await validated(Buffer.from('{"amount":'));
      expect(malformed.status).toBe(400);
      expect(malformed.body.toString()).not.toMatch(/\.[cm]?js:\d+/);
    });

    test('queue messages: what succeeded is done, what failed comes again, alone', async () => {
      const messages = [
        { id: 'm1', body: order('one'), attributes: { status: 'paid' } },
        { id: 'm2', body: order('two', 'retry') },
        { id: 'm3', body: { order: 'no wish' } },
        { id: 'm4', body: order('four') },
      ];
      expect(await running.queue(messages, 1)).toEqual([true, false, false, true]);
      const message = { kind: 'queue', trigger: 'Orders', attempt: 1, attributes: {} };
      expect(seen).toEqual([
        { ...message, body: order('one'), attributes: { status: 'paid' } },
        { ...message, body: order('two', 'retry') },
        { ...message, body: order('four') },
      ]);
    });

    test('a queue handler that throws acknowledges nothing', async () => {
      expect(await running.queue([{ id: 'm1', body: order('one', 'throw') }], 1)).toEqual([false]);
    });

    test('what always fails reaches the handler as often as declared, and ends with the dead letters', async () => {
      const attributes = { status: 'paid' };
      expect(await running.exhaust('queue', { id: 'm5', body: order('never', 'throw') })).toEqual({ dead: 1 });
      expect(seen.map(({ kind, trigger }) => `${kind} ${trigger}`)).toEqual(Array(4).fill('queue Orders'));
      seen.length = 0;
      expect(await running.exhaust('topic', { id: 'n5', body: order('never', 'throw'), attributes })).toEqual({ dead: 1 });
      expect(seen.map(({ kind, trigger }) => `${kind} ${trigger}`)).toEqual(Array(3).fill('topic News'));
      seen.length = 0;
      expect(await running.exhaust('queue', { id: 'm6', body: { no: 'order' } })).toEqual({ dead: 1 });
      expect(await running.exhaust('queue', { id: 'm7', body: order('seven') })).toEqual({ dead: 0 });
      expect(seen).toHaveLength(1);
    });

    test('topic messages, with attributes', async () => {
      expect(await running.topic({ id: 'n1', body: order('one'), attributes: { status: 'paid' } })).toBe(true);
      expect(seen).toEqual([{ kind: 'topic', trigger: 'News', body: order('one'), attributes: { status: 'paid' } }]);
      expect(await running.topic({ id: 'n2', body: order('two', 'throw'), attributes: { status: 'paid' } })).toBe(false);
      expect(await running.topic({ id: 'n3', body: 'no order', attributes: { status: 'paid' } })).toBe(false);
    });

    test('schedules, with the time they were due', async () => {
      expect(await running.schedule(new Date('2026-03-29T03:00:00Z'))).toBe(true);
      expect(seen).toEqual([{ kind: 'schedule', trigger: 'Nightly', time: '2026-03-29T03:00:00.000Z' }]);
    });

    test('objects, by their own keys', async () => {
      const key = 'raw/café au lait + milk/50%.jpg';
      expect(await running.objects({ key, type: 'created' })).toBe(true);
      expect(await running.objects({ key: 'raw/b.jpg', type: 'deleted' })).toBe(true);
      expect(seen).toEqual([
        { kind: 'objects', trigger: 'Upload', key, type: 'created' },
        { kind: 'objects', trigger: 'Upload', key: 'raw/b.jpg', type: 'deleted' },
      ]);
    });

    test('direct calls, waited for and not', async () => {
      expect(await running.call(order('one'))).toEqual({ output: { done: 'one', secrets: [] } });
      expect(await running.start(order('two'))).toBe(true);
      expect(await running.start(order('three', 'throw'))).toBe(false);
      expect(seen.map(({ input }) => (input as { order: string }).order)).toEqual(['one', 'two', 'three']);
      const failed = JSON.stringify(await running.call(order('four', 'throw')));
      expect(failed).toContain('failed');
      expect(failed).not.toContain('hunter2');
      expect(await running.call({ no: 'order' })).toHaveProperty('failed');
    });

    const suite = { target, running: () => running, seen };
    accessCases(suite);
    busCases(suite);
    socketCases(suite);

    test('what no trigger sends is refused with a reason', async () => {
      expect((await running.nonsense()).failed).toMatch(
        /knows no event with hello|400 .*no queue event|its handler answers only http/,
      );
    });
  });
});
