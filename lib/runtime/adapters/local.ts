import type { HandlerKind } from '../context.js';
import { type Cors, withCors } from '../cors.js';
import { Dispatcher, type Item } from '../dispatch.js';
import { awsIdentity } from '../identity/aws.js';
import type { HttpProblem } from '../problem.js';
import { matchRoute } from '../routes.js';
import type { ServeOptions } from '../serve.js';
import type { Trace } from '../trace.js';

/** What is known of an invocation; see `Invocation` in dispatch.ts. */
export interface LocalAbout {
  readonly requestId: string;
  readonly trace?: Trace;
  readonly traceId?: string;
  readonly deadline: number;
  signal(): AbortSignal;
}

/** A function as the local platform's workers enter it. Batches come whole, which an HTTP adapter cannot take. */
export interface LocalFunction {
  /** Answers a request that the server found the route of. `authorizer` is what it found out, as API Gateway tells it. */
  http(request: Request, route: string, cors: Cors | undefined, about: LocalAbout, authorizer?: object): Promise<Response>;
  /** Gives the positions of the events that failed. */
  events(kind: HandlerKind, trigger: string | undefined, items: readonly Item[], about: LocalAbout): Promise<number[]>;
  /** @throws an Error with what a caller may know */
  call(input: unknown, about: LocalAbout): Promise<unknown>;
  /**
   * Takes what few functions get, by the entrance that takes it on Lambda: a question of an authorizer's, a connection or message of a
   * WebSocket API, an event of a bus, each in AWS's form.
   * @throws when it failed; the reason is logged
   */
  enter(event: object, about: LocalAbout): Promise<unknown>;
}

/** The function for a worker of the local platform. */
export function serve(entry: unknown, options: ServeOptions): LocalFunction {
  const dispatcher = new Dispatcher(entry, options);
  return {
    http(request, route, cors, about, authorizer) {
      const identity = authorizer && awsIdentity({ authorizer });
      // A preflight is of no route; withCors answers it.
      const match = () => (route.includes('{') ? matchRoute([route], request.method, new URL(request.url).pathname) : undefined);
      const place = () => ({ route, params: match()?.params ?? {}, identity });
      // Written out, as it is made for each request: a copy takes longer.
      const { requestId, trace, traceId, deadline, signal } = about;
      const invocation = { kind: 'http', requestId, trace, traceId, deadline, signal } as const;
      return withCors(cors && JSON.stringify(cors), request, () =>
        // Not as it is: of an answer with a body, the dispatcher would keep the timer, and with it the request, up to the deadline.
        dispatcher.http(request, invocation, place, (response) => ({ response })).then(({ response }) => response),
      );
    },
    async events(kind, trigger, items, about) {
      const failed = await dispatcher.events(items, { ...about, kind, trigger });
      return items.flatMap((item, index) => (failed.has(item) ? [index] : []));
    },
    async call(input, about) {
      try {
        return await dispatcher.call(input, { ...about, kind: 'call' });
      } catch (error) {
        const { message, members } = error as HttpProblem;
        throw new Error(members?.issues ? `${message}: ${JSON.stringify(members.issues)}` : message);
      }
    },
    async enter(event, about) {
      return options.entrances!.find((entrance) => entrance.takes(event))!.answer(event, dispatcher, about);
    },
  };
}
