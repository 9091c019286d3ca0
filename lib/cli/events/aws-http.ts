import { ACCOUNT, BODY, idOf, pathOf, REGION, type Sample, type SampleSettings, TIME } from './sample.js';

const SOURCE_IP = '203.0.113.7';
const USER_AGENT = 'curl/8.5.0';
const API = 'a1b2c3d4e5';
const EPOCH = Date.parse(TIME);
/** Apache's common log format, which API Gateway writes times in. */
const LOG_TIME = '15/Jan/2026:03:00:00 +0000';
const TAKES = ['method', 'path', 'headers', 'body'] as const;

export const AWS_HTTP: Readonly<Record<string, Sample>> = {
  'api-gateway-v2': {
    origin: 'AWS',
    summary: 'a request of an HTTP API (payload format 2.0)',
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html',
    takes: TAKES,
    make: (settings) => version2(settings, `${API}.execute-api.${REGION}.amazonaws.com`, API),
  },
  'api-gateway-v1': {
    origin: 'AWS',
    summary: 'a request of a REST API (payload format 1.0)',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format',
    takes: TAKES,
    make: version1,
  },
  'function-url': {
    origin: 'AWS',
    summary: 'a request of a Lambda function URL',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads',
    takes: TAKES,
    make: (settings) => version2(settings, `${API}.lambda-url.${REGION}.on.aws`, API, '$default'),
  },
};

function contentOf({ method, body, headers }: SampleSettings) {
  const verb = (method ?? (body === undefined ? 'GET' : 'POST')).toUpperCase();
  const content = body ?? (verb === 'GET' || verb === 'HEAD' || verb === 'DELETE' ? undefined : BODY);
  return {
    verb,
    content,
    headers: {
      accept: '*/*',
      'user-agent': USER_AGENT,
      ...(content && { 'content-type': 'application/json' }),
      ...lower(headers),
    },
  };
}

const lower = (headers: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

function version2(settings: SampleSettings, host: string, apiId: string, routeKey?: string): object {
  const { verb, content, headers } = contentOf(settings);
  const { path, query, parameters } = pathOf(settings.path);
  const { cookie, ...rest } = headers as Record<string, string>;
  const joined: Record<string, string> = {};
  for (const [name, value] of parameters) joined[name] = name in joined ? `${joined[name]},${value}` : value;
  const route = routeKey ?? `${verb} ${path}`;
  return {
    version: '2.0',
    routeKey: route,
    rawPath: decodeURI(path),
    rawQueryString: query,
    ...(cookie !== undefined && { cookies: cookie.split(/; */) }),
    headers: { ...rest, host, 'x-forwarded-for': SOURCE_IP, 'x-forwarded-port': '443', 'x-forwarded-proto': 'https' },
    ...(query !== '' && { queryStringParameters: joined }),
    requestContext: {
      accountId: routeKey === undefined ? ACCOUNT : 'anonymous',
      apiId,
      domainName: host,
      domainPrefix: apiId,
      http: { method: verb, path: decodeURI(path), protocol: 'HTTP/1.1', sourceIp: SOURCE_IP, userAgent: USER_AGENT },
      requestId: idOf(),
      routeKey: route,
      stage: '$default',
      time: LOG_TIME,
      timeEpoch: EPOCH,
    },
    ...(content !== undefined && { body: content }),
    isBase64Encoded: false,
  };
}

function version1(settings: SampleSettings): object {
  const { verb, content, headers } = contentOf(settings);
  const { path, parameters } = pathOf(settings.path);
  const host = `${API}.execute-api.${REGION}.amazonaws.com`;
  const all: Record<string, string> = {
    ...headers,
    host,
    'x-forwarded-for': SOURCE_IP,
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  };
  const queries: Record<string, string[]> = {};
  for (const [name, value] of parameters) queries[name] = [...(queries[name] ?? []), value];
  const hasQuery = Object.keys(queries).length > 0;
  const many = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));
  return {
    resource: path,
    path,
    httpMethod: verb,
    headers: all,
    multiValueHeaders: many(all),
    queryStringParameters: hasQuery
      ? Object.fromEntries(Object.entries(queries).map(([name, list]) => [name, list.at(-1)]))
      : null,
    multiValueQueryStringParameters: hasQuery ? queries : null,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      accountId: ACCOUNT,
      apiId: API,
      domainName: host,
      domainPrefix: API,
      extendedRequestId: 'Xk3pqGm7joEFbxg=',
      httpMethod: verb,
      identity: { sourceIp: SOURCE_IP, userAgent: USER_AGENT },
      path: `/prod${path}`,
      protocol: 'HTTP/1.1',
      requestId: idOf(),
      requestTime: LOG_TIME,
      requestTimeEpoch: EPOCH,
      resourceId: 'r3s0rc',
      resourcePath: path,
      stage: 'prod',
    },
    body: content ?? null,
    isBase64Encoded: false,
  };
}
