import { ACCOUNT, BODY, idOf, pathOf, REGION, type Sample, type SampleSettings, TIME } from './sample.js';

export const SOURCE_IP = '203.0.113.7';
export const USER_AGENT = 'curl/8.5.0';
export const API = 'a1b2c3d4e5';
export const EPOCH = Date.parse(TIME);
/** Apache's common log format, which API Gateway writes times in. */
export const LOG_TIME = '15/Jan/2026:03:00:00 +0000';
const TAKES = ['method', 'path', 'headers', 'body', 'subject'] as const;

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
  alb: {
    origin: 'AWS',
    summary: 'a request of an Application Load Balancer',
    source:
      'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#receive-event-from-load-balancer',
    takes: ['method', 'path', 'headers', 'body'],
    make: loadBalancer,
  },
  'function-url': {
    origin: 'AWS',
    summary: 'a request of a Lambda function URL',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads',
    takes: ['method', 'path', 'headers', 'body'],
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

/** What events say of the answer of a function that decides, of REST and WebSocket APIs. */
export const answerOf = (subject: string) => ({ principalId: subject, subject, claims: '{}', integrationLatency: 7 });

const lower = (headers: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

export function version2(settings: SampleSettings, host: string, apiId: string, routeKey?: string): object {
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
      ...(settings.subject !== undefined && {
        authorizer: { jwt: { claims: { iss: 'https://id.shop.example', sub: settings.subject }, scopes: null } },
      }),
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

export function version1(settings: SampleSettings): object {
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
      ...(settings.subject !== undefined && { authorizer: answerOf(settings.subject) }),
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

function loadBalancer(settings: SampleSettings): object {
  const { verb, content, headers } = contentOf(settings);
  const { path, parameters } = pathOf(settings.path);
  return {
    requestContext: {
      elb: { targetGroupArn: `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/shop/49e9d65c45c6791a` },
    },
    httpMethod: verb,
    path,
    // As they were sent: a load balancer decodes nothing.
    queryStringParameters: Object.fromEntries(
      [...parameters].map(([name, value]) => [encodeURIComponent(name), encodeURIComponent(value)]),
    ),
    headers: {
      ...headers,
      host: `shop-123578498.${REGION}.elb.amazonaws.com`,
      'x-forwarded-for': SOURCE_IP,
      'x-forwarded-port': '80',
      'x-forwarded-proto': 'http',
    },
    body: content ?? '',
    isBase64Encoded: false,
  };
}
