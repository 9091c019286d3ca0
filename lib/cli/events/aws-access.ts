import { API, answerOf, EPOCH, LOG_TIME, SOURCE_IP, USER_AGENT, version1, version2 } from './aws-http.js';
import { ACCOUNT, idOf, pathOf, REGION, type Sample, type SampleSettings, SOCKET_BODY, SOCKET_TYPES } from './sample.js';

const ARN = `arn:aws:execute-api:${REGION}:${ACCOUNT}:${API}`;
const STAGE = 'live';
const REQUEST = ['method', 'path', 'headers'] as const;

/** What API Gateway asks and tells besides requests. */
export const AWS_ACCESS: Readonly<Record<string, Sample>> = {
  'authorizer-v2': {
    origin: 'AWS',
    summary: 'a question of an HTTP API to an authorizer function (payload format 2.0)',
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html',
    takes: REQUEST,
    make: authorizer2,
  },
  'authorizer-v1': {
    origin: 'AWS',
    summary: 'a question of a REST API to an authorizer function (type REQUEST)',
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html',
    takes: REQUEST,
    make: authorizer1,
  },
  'api-gateway-websocket': {
    origin: 'AWS',
    summary: 'a connection or message of a WebSocket API',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html',
    takes: ['type', 'name', 'body', 'path', 'headers', 'subject'],
    types: SOCKET_TYPES,
    make: socket,
  },
};

const authorization = ({ headers, method = 'GET', path }: SampleSettings): SampleSettings => ({
  ...{ method, path },
  headers: { authorization: 'Bearer sample', ...headers },
});

function authorizer2(settings: SampleSettings): object {
  const asked = authorization(settings);
  const { body: _, isBase64Encoded: __, ...event } = version2(asked, `${API}.execute-api.${REGION}.amazonaws.com`, API) as any;
  const { method, path } = event.requestContext.http;
  const routeArn = `${ARN}/$default/${method}${path}`;
  return { version: '2.0', type: 'REQUEST', routeArn, identitySource: [event.headers.authorization], ...event };
}

function authorizer1(settings: SampleSettings): object {
  const { body: _, isBase64Encoded: __, ...event } = version1(authorization(settings)) as any;
  return { type: 'REQUEST', methodArn: `${ARN}/prod/${event.httpMethod}${event.path}`, ...event };
}

function socket({ type = 'message', name = 'say', body = SOCKET_BODY, path, headers = {}, subject }: SampleSettings): object {
  const routeKey = type === 'message' ? name : `$${type}`;
  const host = `${API}.execute-api.${REGION}.amazonaws.com`;
  const requestContext = {
    routeKey,
    ...(type === 'message' && { messageId: 'Xk3pqGm7joEFbxg=' }),
    ...(type === 'disconnect' && { disconnectStatusCode: 1000, disconnectReason: '' }),
    eventType: type.toUpperCase(),
    extendedRequestId: 'Xk3pqGm7joEFbxg=',
    requestTime: LOG_TIME,
    messageDirection: 'IN',
    stage: STAGE,
    connectedAt: EPOCH,
    requestTimeEpoch: EPOCH,
    identity: { sourceIp: SOURCE_IP, userAgent: USER_AGENT },
    requestId: idOf(),
    domainName: host,
    connectionId: 'Xk3pqcmBjoECFbw=',
    apiId: API,
    ...(subject !== undefined && { authorizer: answerOf(subject) }),
  };
  if (type === 'message') return { requestContext, body, isBase64Encoded: false };
  const { parameters } = pathOf(path);
  const all: Record<string, string> = { ...headers, Host: host, 'X-Forwarded-For': SOURCE_IP };
  const lists = Object.fromEntries([...parameters.keys()].map((key) => [key, parameters.getAll(key)]));
  return {
    headers: all,
    multiValueHeaders: Object.fromEntries(Object.entries(all).map(([key, value]) => [key, [value]])),
    ...(parameters.size > 0 && {
      queryStringParameters: Object.fromEntries(parameters),
      multiValueQueryStringParameters: lists,
    }),
    requestContext,
    isBase64Encoded: false,
  };
}
