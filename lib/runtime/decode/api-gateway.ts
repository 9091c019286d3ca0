import { Buffer, isUtf8 } from 'node:buffer';
import type { Place } from '../dispatch.js';
import { matchPath } from '../routes.js';

/** A request that API Gateway or a function URL passed on. */
export interface ApiGatewayRequest {
  readonly request: Request;
  /** Path without the stage, percent-encoded. */
  readonly path: string;
  /** `GET /orders/{id}`, as the gateway chose it; undefined for its default route and function URLs. */
  readonly route?: string;
}

/** Whether an event is a request, in payload version 1.0 or 2.0. */
export function isApiGatewayEvent(event: any): boolean {
  return Boolean(event?.requestContext && (event.requestContext.http || event.httpMethod));
}

/**
 * The request in an event. HTTP APIs decode the path before they pass it on (REST APIs and function URLs do not), so an encoded
 * slash in it is lost there, and what cannot stand in a URL is encoded again.
 */
export function apiGatewayRequest(event: any): ApiGatewayRequest {
  const { requestContext: context, headers: single, multiValueHeaders, cookies } = event;
  const second = Boolean(context.http);
  const method: string = second ? context.http.method : event.httpMethod;
  const headers = new Headers();
  // A load balancer gives one of the two, API Gateway the second as well as the first.
  for (const [name, values] of Object.entries<string | string[]>(multiValueHeaders ?? single ?? {})) {
    for (const each of [values].flat()) headers.append(name, each);
  }
  if (cookies) headers.set('cookie', cookies.join('; '));

  const decodes = second ? !isFunctionUrl(event) : event.version === '1.0';
  const sent: string = second ? event.rawPath : event.path;
  const stage = `/${context.stage}`;
  const unstaged =
    second || decodes ? (sent === stage ? '/' : sent.startsWith(`${stage}/`) ? sent.slice(stage.length) : sent) : sent;
  const path = decodes ? unstaged.split('/').map(encoded).join('/') : unstaged;
  const query: string = second ? event.rawQueryString : queryOf(event);
  const url = `https://${headers.get('host') ?? context.domainName ?? 'localhost'}${path}${query ? `?${query}` : ''}`;

  const key: string | undefined = second ? event.routeKey : event.resource && `${method} ${event.resource}`;
  const bodiless = method === 'GET' || method === 'HEAD' || !event.body;
  const body = bodiless ? undefined : Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8');
  return { request: new Request(url, { method, headers, body }), path, route: key?.includes(' /') ? key : undefined };
}

/** Where such a request leads. */
export function placeOf(event: any, { path, route }: ApiGatewayRequest): Place {
  return { route, params: (route && matchPath(route.split(' ')[1]!, path)?.params) || event.pathParameters || {} };
}

/** Whether a request came through a function URL, whose events are else those of an HTTP API. */
export function isFunctionUrl({ requestContext }: any): boolean {
  return Boolean(requestContext?.domainName?.includes('.lambda-url.'));
}

/** Status, headers and cookies of the answer to such an event. */
export function apiGatewayHead(event: any, response: Response): object {
  const cookies = response.headers.getSetCookie();
  const headers: Record<string, unknown> = Object.fromEntries([...response.headers].filter(([name]) => name !== 'set-cookie'));
  const { elb, http } = event.requestContext;
  const statusCode = response.status;
  if (elb) {
    // It reads the kind of headers that it sends: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
    const several = event.multiValueHeaders !== undefined;
    if (cookies.length > 0) headers['set-cookie'] = several ? cookies : cookies[0];
    return {
      statusCode,
      ...(several
        ? { multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()])) }
        : { headers }),
    };
  }
  return {
    statusCode,
    headers,
    ...(cookies.length === 0 ? {} : http ? { cookies } : { multiValueHeaders: { 'set-cookie': cookies } }),
  };
}

/**
 * The answer to such an event. Bytes that are no UTF-8 text are sent as base64: REST APIs decode it only for their
 * `binaryMediaTypes`, so text must be text.
 */
export async function apiGatewayResponse(event: any, response: Response): Promise<object> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const text = isUtf8(bytes);
  return {
    ...apiGatewayHead(event, response),
    body: bytes.toString(text ? 'utf8' : 'base64'),
    isBase64Encoded: !text,
  };
}

/** Version 1.0 has the parameters decoded; a load balancer leaves them as they were sent. */
function queryOf({ requestContext, multiValueQueryStringParameters: several, queryStringParameters: single }: any): string {
  const all: Record<string, string[]> =
    several ?? Object.fromEntries(Object.entries(single ?? {}).map(([name, value]) => [name, [value]]));
  const written = requestContext.elb ? String : encodeURIComponent;
  return Object.entries(all)
    .flatMap(([name, values]) => values.map((value) => `${written(name)}=${written(value)}`))
    .join('&');
}

/** Encodes what cannot stand in a path segment as it is. */
function encoded(segment: string): string {
  return segment.replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@]+/gu, encodeURIComponent);
}
