import type { IncomingHttpHeaders } from 'node:http';
import type { FunctionAuthorizerSpec } from '../../../../core/model.js';

/** A request, as far as an authorizer looks at it. */
export interface Asked {
  readonly api: string;
  /** Key of the route. */
  readonly route: string;
  readonly method: string;
  /** As it was sent. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly sourceIp: string;
  readonly traceId: string;
}

/** What a request has of what an authorizer looks at; undefined where something is missing or empty. */
export function identitySource({ headers, query }: FunctionAuthorizerSpec, asked: Asked): string[] | undefined {
  const parameters = new URLSearchParams(asked.query);
  const values = [
    ...headers.map((name) => String(asked.headers[name] ?? '')),
    ...query.map((name) => parameters.get(name) ?? ''),
  ];
  return values.every((value) => value !== '') ? values : undefined;
}

/** Facts of a request that API Gateway tells in several places. */
export function requestFacts({ headers, query }: Pick<Asked, 'headers' | 'query'>) {
  const parameters = Object.fromEntries(new URLSearchParams(query));
  return {
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(',')])),
    queryStringParameters: parameters,
  };
}

/**
 * The question of an HTTP API's authorizer.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export function httpQuestion(asked: Asked, source: readonly string[]): object {
  const { api, route, method, path, query, headers, sourceIp, traceId } = asked;
  const plain = decoded(path);
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: `arn:aws:execute-api:local:000000000000:${api}/$default/${method}${path}`,
    identitySource: source,
    routeKey: route,
    rawPath: plain,
    rawQueryString: query,
    ...requestFacts(asked),
    requestContext: {
      http: { method, path: plain, protocol: 'HTTP/1.1', sourceIp, userAgent: headers['user-agent'] ?? '' },
      requestId: traceId,
      routeKey: route,
      stage: '$default',
    },
  };
}

/** HTTP APIs pass a path on like that. One that is not properly encoded is refused by the route's handler. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
