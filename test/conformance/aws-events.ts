/** Events as AWS documents them, with this suite's content put in. */
import type { ClientRequest, ObjectChange, SentMessage } from './target.js';

const ACCOUNT = '123456789012';
const MEDIA = /^(text\/|application\/(json|javascript|xml))/;

function bodyOf({ body, headers = [] }: ClientRequest): { body?: string; isBase64Encoded: boolean } {
  if (!body?.length) return { isBase64Encoded: false };
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  // HTTP APIs pass text on as it is, and everything else as base64.
  return MEDIA.test(type)
    ? { body: body.toString(), isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
}

function parametersOf(route: string, path: string): Record<string, string> {
  const wanted = route.split(' ')[1]!.split('/');
  const given = path.split('/');
  return Object.fromEntries(
    wanted.flatMap((segment, index) => {
      const [, name, rest] = /^\{(.+?)(\+?)\}$/.exec(segment) ?? [];
      return name ? [[name, given.slice(index, rest ? undefined : index + 1).join('/')]] : [];
    }),
  );
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html, version 2.0 */
export function httpApiEvent(request: ClientRequest, route: string): object {
  const { method, target, headers = [] } = request;
  const [raw, query = ''] = target.split('?') as [string, string?];
  // HTTP APIs decode the path.
  const path = decodeURIComponent(raw);
  const joined = new Map<string, string>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    if (key !== 'cookie') joined.set(key, joined.has(key) ? `${joined.get(key)},${value}` : value);
  }
  const cookies = headers.filter(([name]) => name.toLowerCase() === 'cookie').flatMap(([, value]) => value.split('; '));
  const single = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query))
    single.set(name, single.has(name) ? `${single.get(name)},${value}` : value);
  const parameters = parametersOf(route, path);
  return {
    version: '2.0',
    routeKey: route,
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers: {
      ...Object.fromEntries(joined),
      host: 'r3pmxmplak.execute-api.us-east-2.amazonaws.com',
      'x-forwarded-proto': 'https',
    },
    ...(single.size > 0 && { queryStringParameters: Object.fromEntries(single) }),
    requestContext: {
      accountId: ACCOUNT,
      apiId: 'r3pmxmplak',
      domainName: 'r3pmxmplak.execute-api.us-east-2.amazonaws.com',
      domainPrefix: 'r3pmxmplak',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '205.255.255.176', userAgent: 'Mozilla/5.0' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: route,
      stage: '$default',
      time: '10/Mar/2020:05:16:23 +0000',
      timeEpoch: 1583817383220,
    },
    ...(Object.keys(parameters).length > 0 && { pathParameters: parameters }),
    ...bodyOf(request),
  };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format */
export function restApiEvent(request: ClientRequest, route: string): object {
  const { method, target, headers = [] } = request;
  const [path, query = ''] = target.split('?') as [string, string?];
  const all: Record<string, string[]> = {};
  for (const [name, value] of headers) {
    const key = Object.keys(all).find((each) => each.toLowerCase() === name.toLowerCase()) ?? name;
    all[key] = [...(all[key] ?? []), value];
  }
  all.Host = ['wt6mne2s9k.execute-api.us-west-2.amazonaws.com'];
  const queries: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) queries[name] = [...(queries[name] ?? []), value];
  const last = (values: Record<string, string[]>) =>
    Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list.at(-1)]));
  const parameters = Object.fromEntries(
    Object.entries(parametersOf(route, path)).map(([name, value]) => [name, decodeURIComponent(value)]),
  );
  const resource = route.split(' ')[1]!;
  return {
    resource,
    path,
    httpMethod: method,
    headers: last(all),
    multiValueHeaders: all,
    queryStringParameters: query ? last(queries) : null,
    multiValueQueryStringParameters: query ? queries : null,
    pathParameters: Object.keys(parameters).length > 0 ? parameters : null,
    stageVariables: null,
    requestContext: {
      resourceId: '2gxmpl',
      resourcePath: resource,
      httpMethod: method,
      extendedRequestId: 'JJbxmplHYosFVYQ=',
      requestTime: '10/Mar/2020:00:03:59 +0000',
      path: `/Prod${path}`,
      accountId: ACCOUNT,
      protocol: 'HTTP/1.1',
      stage: 'Prod',
      domainPrefix: '70ixmpl4fl',
      requestTimeEpoch: 1583798639428,
      requestId: '77375676-xmpl-4b79-853a-f982474efe18',
      identity: { sourceIp: '52.255.255.12', userAgent: 'Mozilla/5.0' },
      domainName: '70ixmpl4fl.execute-api.us-east-2.amazonaws.com',
      apiId: '70ixmpl4fl',
    },
    body: null,
    ...bodyOf(request),
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export function sqsEvent(arn: string, messages: readonly SentMessage[], attempt: number): object {
  return {
    Records: messages.map(({ id, body, attributes = {} }) => ({
      messageId: id,
      receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...',
      body: JSON.stringify(body),
      attributes: {
        ApproximateReceiveCount: String(attempt),
        SentTimestamp: '1545082649183',
        SenderId: 'AIDAIENQZJOLO23YVJ4VO',
        ApproximateFirstReceiveTimestamp: '1545082649185',
      },
      messageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, stringValue]) => [
          name,
          { stringValue, stringListValues: [], binaryListValues: [], dataType: 'String' },
        ]),
      ),
      md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
      eventSource: 'aws:sqs',
      eventSourceARN: arn,
      awsRegion: 'us-east-2',
    })),
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export function snsEvent(arn: string, { id, body, attributes = {} }: SentMessage): object {
  return {
    Records: [
      {
        EventVersion: '1.0',
        EventSubscriptionArn: `${arn}:21be56ed-a058-49f5-8c98-aedd2564c486`,
        EventSource: 'aws:sns',
        Sns: {
          SignatureVersion: '1',
          Timestamp: '2019-01-02T12:45:07.000Z',
          Signature: 'tcc6faL2yUC6dgZdmrwh1Y4cGa/ebXEkAi6RibDsvpi+tE/1+82j...65r==',
          SigningCertURL: 'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-ac565b8b1a6c5d002d285f9598aa1d9b.pem',
          MessageId: id,
          Message: JSON.stringify(body),
          MessageAttributes: Object.fromEntries(
            Object.entries(attributes).map(([name, Value]) => [name, { Type: 'String', Value }]),
          ),
          Type: 'Notification',
          UnsubscribeURL: 'https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe',
          TopicArn: arn,
          Subject: null,
        },
      },
    ],
  };
}

/** The input of the schedule's target, with the words that Scheduler fills in: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
export function scheduleEvent(input: string, due: Date): object {
  const text = input
    .replaceAll('<aws.scheduler.scheduled-time>', due.toISOString().replace(/\.\d+Z$/, 'Z'))
    .replaceAll('<aws.scheduler.execution-id>', 'd32c5kddcf5bb8c3')
    .replaceAll('<aws.scheduler.attempt-number>', '1');
  return JSON.parse(text);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
export function objectEvent(bucket: string, { key, type }: ObjectChange): object {
  const object = {
    key,
    etag: 'b1946ac92492d2347c6235b4d2611184',
    'version-id': 'IYV3p45BT0ac8hjHg1houSdS1a.Mro8e',
    sequencer: '617f08299329d189',
  };
  return {
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': type === 'created' ? 'Object Created' : 'Object Deleted',
    source: 'aws.s3',
    account: ACCOUNT,
    time: '2021-11-12T00:00:00Z',
    region: 'ca-central-1',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: type === 'created' ? { ...object, size: 5 } : { ...object, 'deletion-type': 'Permanently Deleted' },
      'request-id': 'N4N7GDK58NMKJ12R',
      requester: ACCOUNT,
      'source-ip-address': '1.2.3.4',
      reason: type === 'created' ? 'PutObject' : 'DeleteObject',
    },
  };
}
