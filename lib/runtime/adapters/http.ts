import type { HandlerKind } from '../context.js';
import { withCors } from '../cors.js';
import { type Envelope, parsed, readEnvelope } from '../decode/envelope.js';
import { objectEvents } from '../decode/objects.js';
import { Dispatcher, type Invocation, type Item, jsonOf } from '../dispatch.js';
import { HttpProblem, problemResponse } from '../problem.js';
import { matchPath, matchRoute } from '../routes.js';
import type { ServeOptions } from '../serve.js';
import {
  API_PATH,
  ATTEMPTS_PARAMETER,
  CALL_PATH,
  CORS_VARIABLE,
  RESERVED_PATH,
  ROUTE_HEADER,
  START_PATH,
  SUFFIX_PARAMETER,
} from '../wire.js';

const EVENTS: readonly string[] = ['queue', 'topic', 'schedule', 'objects'];

/** What may name a request: nothing that could break a log or a URI. */
const REQUEST_ID = /^[\w.:/+=-]{1,128}$/;

/** A function as HTTP reaches it: requests of an API, events, and calls, told apart by path and header; see wire.ts. */
export interface HttpFunction {
  readonly dispatcher: Dispatcher;
  /** Answers a request. Its URL must be as it was sent: `..` resolved after a gateway's checks would pass by them. */
  fetch(request: Request): Promise<Response>;
}

/** The function in fetch style. Anything that is neither a request of an API nor an event nor a call is answered 404. */
export function serve(entry: unknown, options: ServeOptions): HttpFunction {
  const dispatcher = new Dispatcher(entry, options);
  const { environment, kinds } = dispatcher;

  const api = (request: Request, about: About, path: string, routes: readonly string[]): Promise<Response> =>
    withCors(environment.variables[CORS_VARIABLE], request, () =>
      dispatcher.http(
        request,
        { ...about, kind: 'http' },
        () => {
          const found = matchRoute(routes, request.method, path);
          if (!found) throw new HttpProblem(404, 'Not Found');
          return found;
        },
        (response) => response,
      ),
    );

  const events = async (request: Request, about: About, kind: HandlerKind, trigger: string): Promise<Response> => {
    if (!kinds.includes(kind)) throw new HttpProblem(404, `This function takes no ${kind} events`);
    const { searchParams } = new URL(request.url);
    const envelope = await readEnvelope(request);
    check(envelope, searchParams);
    const suffix = searchParams.get(SUFFIX_PARAMETER) ?? '';
    const items = itemsOf(kind, trigger, envelope, request.headers);
    if (!items) throw new HttpProblem(400, `The body holds no ${kind} event`);
    const wanted = items.filter((item) => !('key' in item) || item.key.endsWith(suffix));
    const failed = await dispatcher.events(wanted, {
      ...about,
      traceId: traceOf(envelope.traceparent) ?? about.traceId,
      kind,
      trigger,
    });
    return failed.size > 0 ? failure(about) : new Response(null, { status: 204 });
  };

  const start = async (request: Request, about: About): Promise<Response> => {
    const envelope = await readEnvelope(request);
    check(envelope, new URL(request.url).searchParams);
    if (!envelope.id) throw new HttpProblem(400, 'The body holds no event');
    const input = envelope.text === '' ? undefined : parsed(envelope.text);
    // An input that does not fit fails too: it is delivered again, and ends with the dead letters.
    const done = () => new Response(null, { status: 204 });
    return dispatcher.call(input, { ...about, kind: 'call' }).then(done, () => failure(about));
  };

  const call = async (request: Request, about: About): Promise<Response> => {
    const input = request.headers.get('content-length') === '0' ? undefined : await jsonOf(request);
    return Response.json((await dispatcher.call(input, { ...about, kind: 'call' })) ?? null);
  };

  const route = async (request: Request, about: About): Promise<Response> => {
    const { pathname, origin, search } = new URL(request.url);
    const marked = request.headers.get(ROUTE_HEADER);
    const prefixed = pathname.startsWith(`${API_PATH}/`);
    if (prefixed && marked === null) {
      const path = pathname.slice(API_PATH.length);
      return api(new Request(origin + path + search, request), about, path, options.routes);
    }
    if (marked !== null) {
      // One gateway sets the header, another one the prefix. Who sends both has made up one of them.
      if (prefixed || !options.routes.includes(marked)) throw new HttpProblem(404, 'Not Found');
      request.headers.delete(ROUTE_HEADER);
      return api(request, about, pathname, [marked]);
    }
    const called = (pathname === CALL_PATH || pathname === START_PATH) && kinds.includes('call');
    const { kind, trigger } = matchPath(`${RESERVED_PATH}{kind}/{trigger}`, pathname)?.params ?? {};
    const event = EVENTS.includes(kind!) && trigger;
    if (!called && !event) throw new HttpProblem(404, 'Not Found');
    if (request.method !== 'POST') throw new HttpProblem(405, 'Events and calls are posted', { headers: { allow: 'POST' } });
    if (event) return events(request, about, kind as HandlerKind, trigger);
    return pathname === CALL_PATH ? call(request, about) : start(request, about);
  };

  return {
    dispatcher,
    async fetch(request) {
      const about = aboutOf(request);
      try {
        return await route(request, about);
      } catch (error) {
        return dispatcher.problem(error, { log: dispatcher.logOf(about), requestId: about.requestId });
      }
    },
  };
}

type About = Omit<Invocation, 'kind' | 'trigger'>;

function aboutOf({ headers, signal }: Request): About {
  const given = headers.get('x-request-id') ?? '';
  const traceId = traceOf(headers.get('traceparent')) ?? headers.get('x-cloud-trace-context')?.split('/')[0];
  return { requestId: REQUEST_ID.test(given) ? given : crypto.randomUUID(), traceId, signal };
}

/** https://www.w3.org/TR/trace-context/#traceparent-header */
function traceOf(traceparent: string | null | undefined): string | undefined {
  return traceparent?.split('-')[1];
}

/** The answer to an event that is to be delivered again. Why it failed is in the log. */
function failure({ requestId }: About): Response {
  return problemResponse(new HttpProblem(500, 'The event failed'), requestId);
}

/** A delivery beyond the last one that may reach the handler. */
function check({ attempt }: Envelope, parameters: URLSearchParams): void {
  const most = parameters.get(ATTEMPTS_PARAMETER);
  if (most !== null && attempt > Number(most)) throw new HttpProblem(410, `The event was delivered ${most} times; it is dead`);
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
