import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { authorizer, changes, event, handlers, http, objects, queue, schedule, stream, topic, websocket } from 'faasten/runtime';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../lib/cli/events/catalogue.js';
import type { SampleSettings } from '../../lib/cli/events/sample.js';
import { serve as serveHttp } from '../../lib/runtime/adapters/http.js';
import { serve as serveLambda } from '../../lib/runtime/adapters/lambda.js';
import { authorizer as authorizerEntrance } from '../../lib/runtime/entrances/authorizer.js';
import { changes as changesEntrance } from '../../lib/runtime/entrances/changes.js';
import { event as eventEntrance } from '../../lib/runtime/entrances/event.js';
import { stream as streamEntrance } from '../../lib/runtime/entrances/stream.js';
import { websocket as websocketEntrance } from '../../lib/runtime/entrances/websocket.js';
import { installed, missing } from '../engines/engine.js';
import { faasten } from './command.js';
import { differences } from './shape.js';

const sample = (kind: string, settings: SampleSettings = {}): any => CATALOGUE.get(kind)!.make(settings);

test('the command prints one, whole', () => {
  const { status, stdout, stderr } = faasten([
    'events',
    'queue',
    '--body',
    '{"id":"o-7"}',
    '--attribute',
    'status=paid',
    '--count',
    '2',
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const message = { body: { id: 'o-7' }, attributes: { status: 'paid' } };
  expect(JSON.parse(stdout)).toEqual({ kind: 'queue', messages: [message, message] });
});

test('every kind is listed, with where its form is documented', () => {
  const rows: { kind: string; source: string; options: string[] }[] = JSON.parse(faasten(['events', '--list', '--json']).stdout);
  expect(rows.map(({ kind }) => kind)).toEqual([...CATALOGUE.keys()]);
  for (const { kind, source, options } of rows) {
    expect(source, kind).toMatch(/^https:\/\/|^docs\//);
    expect(options.length, kind).toBeGreaterThan(0);
  }
  const { stdout } = faasten(['events', '--list']);
  for (const kind of CATALOGUE.keys()) expect(stdout).toMatch(new RegExp(`^  ${kind} `, 'm'));
});

test('each setting changes the sample, and without any it is the same again', () => {
  const settings: Required<SampleSettings> = {
    body: '{"other":1}',
    method: 'PUT',
    path: '/other?a=1',
    headers: { 'x-other': '1' },
    attributes: { other: '1' },
    key: 'other.txt',
    deleted: true,
    type: 'connect',
    source: 'other',
    subject: 'other',
    name: 'other',
    count: 3,
    time: '2020-02-02T02:02:02Z',
  };
  for (const [kind, { takes }] of CATALOGUE) {
    const plain = JSON.stringify(sample(kind));
    expect(JSON.stringify(sample(kind))).toBe(plain);
    for (const setting of takes) {
      // A client's query and headers are told when it connects.
      const ofConnection = takes.includes('type') && (setting === 'path' || setting === 'headers') ? { type: 'connect' } : {};
      const changed = JSON.stringify(sample(kind, { [setting]: settings[setting], ...ofConnection }));
      expect(changed, `${kind} ${setting}`).not.toBe(
        Object.keys(ofConnection).length > 0 ? JSON.stringify(sample(kind, ofConnection)) : plain,
      );
    }
  }
});

const sam = installed('install-sam-events.sh', 'sam-events', 'event-mapping.json');
describe.skipIf(missing('sam-events', 'path' in sam || sam.reason))(
  'are of the form that `sam local generate-event` gives',
  () => {
    /** A template with the defaults of its fields filled in. */
    function generated(service: string, event: string): unknown {
      const { path } = sam as { path: string };
      const { filename, tags } = JSON.parse(readFileSync(path, 'utf8'))[service][event];
      const template = readFileSync(join(path, '..', 'events', service, `${filename}.json`), 'utf8');
      return JSON.parse(
        template.replace(/\{\{\{?([\w-]+)\}?\}\}/g, (_, name: string) =>
          String((tags[name] ?? tags[name.replaceAll('_', '-')])?.default ?? 'x').replace(/["\\]/g, '\\$&'),
        ),
      );
    }
    /** What is there for some callers only, or named by them. */
    const OPTIONAL =
      /^(multiValueHeaders|headers|cookies|queryStringParameters|multiValueQueryStringParameters|pathParameters|stageVariables)\b|\.(identity\..+|authentication\.clientCert\..+|authorizer\..+)$|\.(MessageAttributes|messageAttributes|Keys|NewImage|OldImage)\b/;

    /** What requests have by now, and the samples do not. */
    const PROXY = ['domainName', 'domainPrefix', 'extendedRequestId'].map((name) => `requestContext.${name}`);

    test.each([
      ['api-gateway-v1', 'apigateway', 'aws-proxy', PROXY],
      ['api-gateway-v2', 'apigateway', 'http-api-proxy', []],
      ['alb', 'alb', 'request', []],
      [
        'authorizer-v1',
        'apigateway',
        'request-authorizer',
        [...PROXY, ...['protocol', 'requestTime', 'requestTimeEpoch'].map((name) => `requestContext.${name}`)],
      ],
      ['sqs', 'sqs', 'receive-message', []],
      ['sns', 'sns', 'notification', []],
      ['s3', 's3', 'put', []],
      // The sample is older than the field, which the user guide has.
      ['eventbridge-schedule', 'cloudwatch', 'scheduled-event', ['version']],
      ['dynamodb', 'dynamodb', 'update', []],
      ['kinesis', 'kinesis', 'get-records', []],
    ])('%s', (kind, service, event, newer) => {
      const settings = kind.startsWith('api-') ? { method: 'POST', body: '{}' } : {};
      const { missing, made, types } = differences(sample(kind, settings), generated(service, event), OPTIONAL);
      expect({ missing, made }).toEqual({ missing: [], made: newer });
      expect(types.filter((path) => !path.endsWith('.Subject'))).toEqual([]);
    });

    test('and a wrong one is found', () => {
      const wrong = sample('sqs');
      delete wrong.Records[0].messageId;
      wrong.Records[0].attributes.SentTimestamp = 1;
      wrong.Records[0].more = true;
      expect(differences(wrong, generated('sqs', 'receive-message'), OPTIONAL)).toEqual({
        missing: ['Records[].messageId'],
        made: ['Records[].more'],
        types: ['Records[].attributes.SentTimestamp'],
      });
    });
  },
);

test('those of other documents are of the form that the document shows', () => {
  const shown = (name: string) => JSON.parse(readFileSync(join(__dirname, '..', 'runtime', 'payloads', `${name}.json`), 'utf8'));
  const chosen =
    /^(headers|queryStringParameters|cookies|data|attr\w+|message\.attributes\.\w+|detail\.object\.\w+)\b|\.(authentication|authorizer)\b/;
  const compared = (kind: string, name: string) => differences(sample(kind), shown(name), chosen);
  expect(compared('s3-eventbridge', 'eventbridge-s3-created')).toEqual({ missing: [], made: [], types: [] });
  expect(compared('pubsub', 'pubsub-push')).toMatchObject({ made: [], types: [] });
  expect(compared('function-url', 'function-url')).toMatchObject({ made: [], types: [] });
  expect(compared('cloudevent', 'cloudevent-structured')).toMatchObject({ made: [], types: [] });
  expect(compared('authorizer-v2', 'authorizer-v2')).toEqual({
    // Of the document, one value of two in `cookies`, and what only some routes have.
    missing: ['pathParameters.parameter1', 'stageVariables.stageVariable1', 'stageVariables.stageVariable2'],
    ...{ made: [], types: [] },
  });
  for (const type of ['connect', 'message', 'disconnect']) {
    const { missing, made, types } = differences(
      sample('api-gateway-websocket', { type, path: '/?room=tea' }),
      shown(`websocket-${type}`),
      /eaders\.|\.userAgent$|^(multiValueQ|q)ueryStringParameters/,
    );
    expect({ type, missing, made, types }).toEqual({ type, missing: [], made: [], types: [] });
  }
});

describe('reach the handler they are for', () => {
  const seen: unknown[] = [];
  const reached = new Set<string>();
  beforeEach(() => {
    seen.length = 0;
  });
  // Each kind of sample has been taken by one adapter at least.
  afterAll(() => {
    expect([...CATALOGUE].filter(([kind, { origin }]) => origin !== 'faasten' && !reached.has(kind))).toEqual([]);
  });
  const entry = handlers({
    http: http(async (request, { params, identity }) => {
      const who = identity && [identity.subject];
      seen.push(['http', request.method, new URL(request.url).pathname, await request.text(), params, ...(who ?? [])]);
      return new Response('ok');
    }),
    queue: queue(async (messages) => void seen.push(['queue', ...messages.map(({ body, attributes }) => [body, attributes])])),
    topic: topic(async ({ body, attributes }) => void seen.push(['topic', body, attributes])),
    schedule: schedule(async ({ time }) => void seen.push(['schedule', time.toISOString()])),
    objects: objects(async ({ bucket, key, type }) => void seen.push(['objects', bucket, key, type])),
    event: event(async ({ type, source, data }) => void seen.push(['event', type, source, data])),
    changes: changes(async (batch) => void seen.push(['changes', ...batch.map(({ type, after }) => [type, after])])),
    stream: stream(async (records) => void seen.push(['stream', ...records.map(({ body }) => body)])),
    authorizer: authorizer(async (request) => {
      seen.push(['authorizer', request.method, new URL(request.url).pathname, request.headers.get('authorization')]);
      return { subject: 'ann' };
    }),
    websocket: websocket(async ({ type, route, body, request }, { identity }) => {
      const query = request && new URL(request.url).search;
      seen.push(['websocket', type, route, body, query, identity?.subject]);
    }),
  });
  const entrances = [authorizerEntrance, changesEntrance, eventEntrance, streamEntrance, websocketEntrance];
  const options = { kinds: entry['~handler'].kinds, routes: [], links: {}, secrets: {} };
  const message = { body: '{"id":"o-7"}', attributes: { status: 'paid' } };
  const order = { id: 'o-7' };
  const posted = { method: 'POST', path: '/orders?a=1', body: 'hello' };
  const paid = { type: 'order.paid', source: 'till', body: message.body };

  test.each<[string, SampleSettings, unknown]>([
    ['api-gateway-v2', posted, ['http', 'POST', '/orders', 'hello', {}]],
    ['api-gateway-v2', { path: '/orders', subject: 'ann' }, ['http', 'GET', '/orders', '', {}, 'ann']],
    ['api-gateway-v1', posted, ['http', 'POST', '/orders', 'hello', {}]],
    ['api-gateway-v1', { path: '/orders', subject: 'ann' }, ['http', 'GET', '/orders', '', {}, 'ann']],
    ['function-url', { path: '/orders' }, ['http', 'GET', '/orders', '', {}]],
    ['alb', posted, ['http', 'POST', '/orders', 'hello', {}]],
    ['authorizer-v2', { path: '/a', headers: { authorization: 'x' } }, ['authorizer', 'GET', '/a', 'x']],
    ['authorizer-v1', { path: '/a', method: 'POST' }, ['authorizer', 'POST', '/a', 'Bearer sample']],
    [
      'api-gateway-websocket',
      { type: 'connect', path: '/?name=ann', subject: 'ann' },
      ['websocket', 'connect', '$connect', undefined, '?name=ann', 'ann'],
    ],
    [
      'api-gateway-websocket',
      { name: 'tell', body: '{"a":1}' },
      ['websocket', 'message', 'tell', { a: 1 }, undefined, undefined],
    ],
    [
      'api-gateway-websocket',
      { type: 'disconnect' },
      ['websocket', 'disconnect', '$disconnect', undefined, undefined, undefined],
    ],
    ['sqs', message, ['queue', [order, { status: 'paid' }]]],
    ['sns', message, ['topic', order, { status: 'paid' }]],
    ['scheduler', { time: '2026-03-29T01:00:00Z' }, ['schedule', '2026-03-29T01:00:00.000Z']],
    ['eventbridge-schedule', { time: '2026-03-29T01:00:00Z' }, ['schedule', '2026-03-29T01:00:00.000Z']],
    ['eventbridge', paid, ['event', 'order.paid', 'till', order]],
    ['dynamodb', { body: '{"id":"o-7","cents":3}' }, ['changes', ['inserted', { id: 'o-7', cents: 3 }]]],
    ['kinesis', { body: '{"id":"o-7"}', count: 2 }, ['stream', order, order]],
    ['s3', { key: 'raw/red flower+1.jpg', name: 'pics' }, ['objects', 'pics', 'raw/red flower+1.jpg', 'created']],
    ['s3', { key: 'a', name: 'pics', deleted: true }, ['objects', 'pics', 'a', 'deleted']],
    ['s3-eventbridge', { key: 'raw/red flower+1.jpg', name: 'pics' }, ['objects', 'pics', 'raw/red flower+1.jpg', 'created']],
  ])('%s on Lambda, with %j', async (kind, settings, expected) => {
    const handler = serveLambda(entry, { ...options, entrances });
    await handler(sample(kind, settings), { awsRequestId: 'r-1', getRemainingTimeInMillis: () => 10_000 });
    expect(seen).toEqual([expected]);
    reached.add(kind);
  });

  test.each<[string, string, SampleSettings, unknown]>([
    ['pubsub', 'queue/Orders', message, ['queue', [order, { status: 'paid' }]]],
    ['pubsub-event', 'event/Paid', paid, ['event', 'order.paid', 'till', order]],
    ['cloud-scheduler', 'schedule/Nightly', { time: '2026-03-29T01:00:00Z' }, ['schedule', '2026-03-29T01:00:00.000Z']],
    ['storage', 'objects/Upload', { key: 'raw/a b.jpg', name: 'pics' }, ['objects', 'pics', 'raw/a b.jpg', 'created']],
    [
      'cloudevent',
      'topic/News',
      { body: '{"id":"o-7"}', attributes: { attrstatus: 'paid' } },
      ['topic', order, { status: 'paid' }],
    ],
    ['cloudevent', 'event/Paid', paid, ['event', 'order.paid', 'till', order]],
    ['ping', 'schedule/Nightly', { time: '2026-03-29T01:00:00Z' }, ['schedule', '2026-03-29T01:00:00.000Z']],
  ])('%s over HTTP, at %s', async (kind, place, settings, expected) => {
    const body = sample(kind, settings);
    const { status } = await serveHttp(entry, { ...options, entrances: [eventEntrance] }).fetch(
      new Request(`http://localhost/_faasten/${place}`, {
        method: 'POST',
        headers: { 'content-type': body.specversion ? 'application/cloudevents+json' : 'application/json' },
        body: JSON.stringify(body),
      }),
    );
    expect({ status, seen }).toEqual({ status: 204, seen: [expected] });
    reached.add(kind);
  });
});
