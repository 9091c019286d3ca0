import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, handlers, http, objects, queue, schedule, topic } from 'faasten/runtime';
import { beforeEach, describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../lib/cli/events/catalogue.js';
import type { SampleSettings } from '../../lib/cli/events/sample.js';
import { serve as serveHttp } from '../../lib/runtime/adapters/http.js';
import { serve as serveLambda } from '../../lib/runtime/adapters/lambda.js';
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
    name: 'other',
    count: 3,
    time: '2020-02-02T02:02:02Z',
  };
  for (const [kind, { takes }] of CATALOGUE) {
    const plain = JSON.stringify(sample(kind));
    expect(JSON.stringify(sample(kind))).toBe(plain);
    for (const setting of takes) {
      expect(JSON.stringify(sample(kind, { [setting]: settings[setting] })), `${kind} ${setting}`).not.toBe(plain);
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
      /^(multiValueHeaders|headers|cookies|queryStringParameters|multiValueQueryStringParameters|pathParameters|stageVariables)\b|\.(identity\.\w+|authentication\.clientCert\..+|authorizer\..+)$|\.(MessageAttributes|messageAttributes|Keys|NewImage|OldImage)\b/;

    test.each([
      [
        'api-gateway-v1',
        'apigateway',
        'aws-proxy',
        ['domainName', 'domainPrefix', 'extendedRequestId'].map((name) => `requestContext.${name}`),
      ],
      ['api-gateway-v2', 'apigateway', 'http-api-proxy', []],
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
});

describe('reach the handler they are for', () => {
  const seen: unknown[] = [];
  beforeEach(() => {
    seen.length = 0;
  });
  const entry = handlers({
    http: http(async (request, { params }) => {
      seen.push(['http', request.method, new URL(request.url).pathname, await request.text(), params]);
      return new Response('ok');
    }),
    queue: queue(async (messages) => void seen.push(['queue', ...messages.map(({ body, attributes }) => [body, attributes])])),
    topic: topic(async ({ body, attributes }) => void seen.push(['topic', body, attributes])),
    schedule: schedule(async ({ time }) => void seen.push(['schedule', time.toISOString()])),
    objects: objects(async ({ bucket, key, type }) => void seen.push(['objects', bucket, key, type])),
    call: call(async (input) => void seen.push(['call', input])),
  });
  const options = { kinds: ['http', 'queue', 'topic', 'schedule', 'objects'] as const, routes: [], links: {}, secrets: {} };
  const message = { body: '{"id":"o-7"}', attributes: { status: 'paid' } };

  test.each<[string, SampleSettings, unknown]>([
    ['api-gateway-v2', { method: 'POST', path: '/orders?a=1', body: 'hello' }, ['http', 'POST', '/orders', 'hello', {}]],
    ['api-gateway-v1', { method: 'POST', path: '/orders?a=1', body: 'hello' }, ['http', 'POST', '/orders', 'hello', {}]],
    ['function-url', { path: '/orders' }, ['http', 'GET', '/orders', '', {}]],
    ['sqs', message, ['queue', [{ id: 'o-7' }, { status: 'paid' }]]],
    ['sns', message, ['topic', { id: 'o-7' }, { status: 'paid' }]],
    ['scheduler', { time: '2026-03-29T01:00:00Z' }, ['schedule', '2026-03-29T01:00:00.000Z']],
    ['s3', { key: 'raw/red flower+1.jpg', name: 'pics' }, ['objects', 'pics', 'raw/red flower+1.jpg', 'created']],
    ['s3', { key: 'a', name: 'pics', deleted: true }, ['objects', 'pics', 'a', 'deleted']],
    ['s3-eventbridge', { key: 'raw/red flower+1.jpg', name: 'pics' }, ['objects', 'pics', 'raw/red flower+1.jpg', 'created']],
  ])('%s on Lambda', async (kind, settings, expected) => {
    const handler = serveLambda(entry, options);
    await handler(sample(kind, settings), { awsRequestId: 'r-1', getRemainingTimeInMillis: () => 10_000 });
    expect(seen).toEqual([expected]);
  });

  test.each<[string, string, SampleSettings, unknown]>([
    ['pubsub', 'queue/Orders', message, ['queue', [{ id: 'o-7' }, { status: 'paid' }]]],
    ['storage', 'objects/Upload', { key: 'raw/a b.jpg', name: 'pics' }, ['objects', 'pics', 'raw/a b.jpg', 'created']],
    [
      'cloudevent',
      'topic/News',
      { body: '{"id":"o-7"}', attributes: { attrstatus: 'paid' } },
      ['topic', { id: 'o-7' }, { status: 'paid' }],
    ],
    ['ping', 'schedule/Nightly', { time: '2026-03-29T01:00:00Z' }, ['schedule', '2026-03-29T01:00:00.000Z']],
  ])('%s over HTTP', async (kind, place, settings, expected) => {
    const body = sample(kind, settings);
    const { status } = await serveHttp(entry, options).fetch(
      new Request(`http://localhost/_faasten/${place}`, {
        method: 'POST',
        headers: { 'content-type': body.specversion ? 'application/cloudevents+json' : 'application/json' },
        body: JSON.stringify(body),
      }),
    );
    expect({ status, seen }).toEqual({ status: 204, seen: [expected] });
  });
});
