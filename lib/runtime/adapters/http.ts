import type { HandlerKind } from '../context.js';
import { withCors } from '../cors.js';
import { type Envelope, readEnvelope } from '../decode/envelope.js';
import { objectEvents } from '../decode/objects.js';
import { Dispatcher, type Invocation, type Item } from '../dispatch.js';
import { HttpProblem, problemResponse } from '../problem.js';
import type { Formats, Observer } from '../report.js';
import { matchPath, matchRoute } from '../routes.js';
import type { ServeOptions } from '../serve.js';
import { parsed } from '../text.js';
import {
  API_PATH,
  ATTEMPTS_PARAMETER,
  CALL_PATH,
  CLIENT_AUTHORIZATION,
  CORS_VARIABLE,
  RESERVED_PATH,
  ROUTE_HEADER,
  START_PATH,
  SUFFIX_PARAMETER,
} from '../wire.js';

const NO_JSON = Symbol();

/** What may name a request: nothing that could break a log or a URI. */
const REQUEST_ID = /^[\w.:/+=-]{1,128}$/;

/** A function as HTTP reaches it: requests of an API, events, and calls, told apart by path and header; see wire.ts. */
export interface HttpFunction {
  readonly dispatcher: Dispatcher;
  /** Answers a request. Its URL must be as it was sent: `..` resolved after a gateway's checks would pass by them. */
  fetch(request: Request): Promise<Response>;
}

/** The function in fetch style. Anything that is neither a request of an API nor an event nor a call is answered 404. */
export function serve(entry: unknown, options: ServeOptions, formats?: Formats, observer?: Observer): HttpFunction {
  const dispatcher = new Dispatcher(entry, options, formats, observer);
  const { environment, kinds } = dispatcher;

  const api = (request: Request, about: About, path: string, routes: readonly string[]): Promise<Response> => {
    const place = async () => {
      const match = matchRoute(routes, request.method, path);
      if (!match) throw new HttpProblem(404, 'Not Found');
      // On other routes, what a request says of itself is the client's own word.
      const { routes: checked, by } = options.identity ?? {};
      return checked?.includes(match.route)
        ? { ...match, identity: await by!(request, match.route, environment.variables) }
        : match;
    };
    return withCors(environment.variables[CORS_VARIABLE], request, () =>
      dispatcher.http(request, { ...about, kind: 'http' }, place, (response) => response),
    );
  };

  /** Events of a trigger, and as kind `call` what starts the function without waiting. */
  const events = async (request: Request, about: About, kind: HandlerKind, trigger?: string): Promise<Response> => {
    const { searchParams } = new URL(request.url);
    const envelope = await readEnvelope(request);
    const { id, text, attempt, traceparent } = envelope;
    if (attempt > Number(searchParams.get(ATTEMPTS_PARAMETER) ?? attempt)) {
      throw new HttpProblem(410, 'The event was delivered too often');
    }
    const items = itemsOf(kind, trigger!, envelope, request.headers);
    if (!items) throw new HttpProblem(400, `The body holds no ${kind} event`);
    const invocation = { ...about, traceparent: traceparent ?? about.traceparent, kind, trigger };
    const suffix = searchParams.get(SUFFIX_PARAMETER) ?? '';
    const entrance = kind === 'event' ? options.entrances?.[0] : undefined;
    const failures = entrance
      ? // In the form of EventBridge, for which the entrance is made.
        await entrance.answer(busEvent(trigger!, envelope), dispatcher, invocation).then(
          () => [],
          () => [id],
        )
      : kind === 'call'
        ? // An input that does not fit fails too: it is delivered again, and ends with the dead letters.
          await dispatcher.call(parsed(text, text || undefined), invocation).then(
            () => [],
            () => [id],
          )
        : [
            ...(await dispatcher.events(
              items.filter(({ key }: any) => !key || key.endsWith(suffix)),
              invocation,
            )),
          ];
    if (failures.length === 0) return new Response(null, { status: 204 });
    return problemResponse(new HttpProblem(500, 'The event failed'), about.requestId);
  };

  const call = async (request: Request, about: About): Promise<Response> => {
    const text = await request.text();
    const input = text ? parsed(text, NO_JSON) : undefined;
    if (input === NO_JSON) throw new HttpProblem(400, 'The body is no JSON');
    return Response.json((await dispatcher.call(input, { ...about, kind: 'call' })) ?? null);
  };

  const answer = async (request: Request, about: About): Promise<Response> => {
    const { pathname, origin, search } = new URL(request.url);
    const marked = request.headers.get(ROUTE_HEADER);
    const prefixed = pathname.startsWith(`${API_PATH}/`);
    if (prefixed && marked === null) {
      const path = pathname.slice(API_PATH.length);
      return api(asSent(new Request(origin + path + search, request)), about, path, options.routes);
    }
    // One gateway sets the header, another one the prefix. Who sends both has made up one of them.
    if (!prefixed && options.routes.includes(marked!)) {
      request.headers.delete(ROUTE_HEADER);
      return api(request, about, pathname, [marked!]);
    }
    const [kind, trigger] = pathname === CALL_PATH || pathname === START_PATH ? ['call'] : placeOf(pathname);
    if (marked !== null || !kinds.includes(kind as HandlerKind)) throw new HttpProblem(404, 'Not Found');
    if (request.method !== 'POST') throw new HttpProblem(405, 'Method Not Allowed', { headers: { allow: 'POST' } });
    return pathname === CALL_PATH ? call(request, about) : events(request, about, kind as HandlerKind, trigger);
  };

  return {
    dispatcher,
    async fetch(request) {
      const about = aboutOf(request);
      try {
        return await answer(request, about);
      } catch (error) {
        return dispatcher.problem(error, { log: dispatcher.logOf(about), requestId: about.requestId });
      }
    },
  };
}

/** The gateway's token is for the platform, which has checked it, and not for a handler: it could call the function with it. */
function asSent(request: Request): Request {
  const { headers } = request;
  const client = headers.get(CLIENT_AUTHORIZATION);
  headers.delete('authorization');
  headers.delete(CLIENT_AUTHORIZATION);
  if (client !== null) headers.set('authorization', client);
  return request;
}

type About = Omit<Invocation, 'kind' | 'trigger'>;

function aboutOf(request: Request): About {
  const { headers } = request;
  const given = headers.get('x-request-id') ?? '';
  return {
    requestId: REQUEST_ID.test(given) ? given : crypto.randomUUID(),
    traceparent: headers.get('traceparent'),
    signal: () => request.signal,
  };
}

/** Through Pub/Sub, type and source are attributes. */
function busEvent(name: string, { id, time, text, attempt, attributes, ...envelope }: Envelope): object {
  const { type = attributes.type, source = attributes.source } = envelope;
  return { faasten: 'event', name, attempt, event: { id, 'detail-type': type, source, time, detail: parsed(text, text) } };
}

/** Kind and trigger of an event path. */
function placeOf(pathname: string): [kind?: string, trigger?: string] {
  const { kind, trigger } = matchPath(`${RESERVED_PATH}{kind}/{trigger}`, pathname)?.params ?? {};
  return kind === 'call' || kind === 'http' ? [] : [kind, trigger];
}

/** What an envelope holds for handlers of a kind; undefined when that is nothing. */
function itemsOf(kind: HandlerKind, trigger: string, envelope: Envelope, headers: Headers): readonly Item[] | undefined {
  const { id, time, attempt } = envelope;
  if (kind === 'objects') return objectEvents(envelope)?.map((event) => ({ ...event, attempt }));
  if (kind === 'schedule') {
    // Cloud Scheduler may post without an envelope: https://cloud.google.com/scheduler/docs/reference/rpc/google.cloud.scheduler.v1#httptarget
    const due = headers.get('x-cloudscheduler-scheduletime');
    if (due) return [{ id: `${trigger}.${due}`, name: trigger, time: new Date(due), attempt }];
    return id ? [{ id, name: trigger, time, attempt }] : undefined;
  }
  return id ? [envelope] : undefined;
}
