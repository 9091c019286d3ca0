import type { Context, HandlerKind, Identity, Logger } from './context.js';
import { Environment } from './environment.js';
import type { ObjectEvent, ScheduleEvent } from './events.js';
import type { Handler, Part } from './handlers.js';
import { logger } from './log.js';
import { HttpProblem, problemResponse } from './problem.js';
import { type Course, type Formats, type Observer, Reporter } from './report.js';
import { SchemaError, validated } from './schema.js';
import type { ServeOptions } from './serve.js';
import { parsed } from './text.js';
import { type Trace, traceOf, within } from './trace.js';
import { LOG_LEVEL_VARIABLE } from './wire.js';

/** How long before the platform's deadline the signal fires: a tenth of the time, at most this many milliseconds. */
const LONGEST_MARGIN = 1000;

/** Milliseconds before the deadline at which an invocation that still runs is reported as one that ran out of time. */
const LAST_WORD = 50;

/** One getter for all contexts: of those that have their own each, an engine makes a hidden class each. */
const SIGNAL: PropertyDescriptor = {
  enumerable: true,
  get(this: any) {
    return this['~signal']();
  },
};

/** A message as a decoder gives it. */
export interface RawMessage {
  readonly id: string;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly time: Date;
  readonly attempt: number;
  /** What the order is kept within: after one that failed, the rest of the group fails as well. */
  readonly group?: string;
  /** Trace of what sent it, in W3C's form. */
  readonly traceparent?: string;
}

/** One event of a delivery: what a handler is called with, or for messages, what that is made of. */
export type Item = RawMessage | ((ScheduleEvent | ObjectEvent) & { readonly attempt?: number });

/** What an adapter knows of a delivery. */
export interface Invocation {
  readonly kind: HandlerKind;
  readonly trigger?: string;
  readonly requestId: string;
  /** Trace that it belongs to: in W3C's form, or its id alone and whether it is sampled. */
  readonly traceparent?: string | null;
  readonly traceId?: string;
  readonly sampled?: boolean;
  /** The same, decided already by the process that runs the function; `traceId` is then its id. */
  readonly trace?: Trace;
  /** Milliseconds since 1970 at which the platform stops the function. By default the environment tells. */
  readonly deadline?: number;
  /** Gives what aborts when nobody waits for the answer any more. */
  signal?(): AbortSignal;
}

/** Where a request leads. */
export interface Place {
  readonly route?: string;
  readonly params: Readonly<Record<string, string>>;
  readonly identity?: Identity;
}

/** Runs handlers. It knows no platform: adapters translate what arrives for it, and what it answers. */
export class Dispatcher {
  readonly environment: Environment;
  readonly kinds: readonly HandlerKind[];
  private readonly parts: Readonly<Partial<Record<string, Part>>>;
  private readonly reporter: Reporter;

  /** @throws when the entry is no handler, or does not answer what the function is declared to receive */
  constructor(entry: unknown, options: ServeOptions, formats: Formats = {}, observer?: Observer) {
    this.environment = new Environment(options);
    this.reporter = new Reporter(this.environment, formats, observer);
    const name = this.environment.functionName;
    const own = (entry as Partial<Handler> | undefined)?.['~handler'];
    if (!own)
      throw new Error(`function '${name}': the default export is no handler; export http(...), queue(...) or another one`);
    this.kinds = own.kinds;
    this.parts = own.parts;
    for (const kind of [...own.kinds, ...options.kinds]) {
      if (!this.parts[kind]?.run) throw new Error(`function '${name}': ${this.missing(kind)}`);
    }
  }

  /** A logger for an invocation, or for what belongs to none. */
  logOf({ requestId, traceId, trace }: Partial<Invocation> = {}): Logger {
    const { functionName, variables, secretValues } = this.environment;
    const settings = { level: variables[LOG_LEVEL_VARIABLE], secrets: secretValues };
    return logger({ function: functionName, requestId, traceId, ...this.environment.lineFields(trace) }, settings);
  }

  /**
   * Answers a request, whatever happens. `place` tells its route and may throw a problem. `deliver` sends the answer, or prepares
   * it for that; the invocation ends with it.
   */
  async http<T>(
    request: Request,
    invocation: Invocation,
    place: () => Place | Promise<Place>,
    deliver: (response: Response) => T | Promise<T>,
  ): Promise<T> {
    return this.run(invocation, 1, async (context, course) => {
      try {
        const part = this.part('http');
        const { params, route, identity } = await place();
        course.route = route;
        const body = part.schema && (await validated(part.schema, await jsonOf(request), 'the body'));
        const whole = Object.assign(await this.ready(context), { params, route, identity, body });
        const response = (await part.run(request, whole)) as Response;
        // Without a look at the headers, which a response may have made for it.
        if (!(response?.status >= 200 && 'headers' in response))
          throw new TypeError(`the handler returned ${response}, no Response`);
        if (response.status >= 500) course.error = response;
        if (request.method !== 'HEAD' || !response.body) return await deliver(response);
        response.body.cancel().catch(() => {});
        return await deliver(new Response(null, response));
      } catch (error) {
        const answer = this.problem(error, context);
        if (answer.status >= 500) course.error = error;
        return deliver(answer);
      }
    });
  }

  /** Has the handler take events. Gives those that failed and must be delivered again; they are logged. */
  async events(items: readonly Item[], invocation: Invocation): Promise<Set<Item>> {
    const failed = new Set<Item>();
    const { kind } = invocation;
    const guard = async (concerned: readonly Item[], { log }: Context, course: Course, work: () => unknown): Promise<void> => {
      try {
        await work();
      } catch (error) {
        for (const item of concerned) failed.add(item);
        course.error = error;
        log.error(`${kind} failed`, { events: concerned.map(({ id }) => id), error });
      }
    };
    const made = async (part: Part, item: Item): Promise<object> => {
      const { attempt: _, ...event } = item;
      if (!('text' in item)) return event;
      const message = await messageOf(part, item);
      return kind === 'queue' ? { ...message, retry: () => failed.add(item) } : message;
    };
    // Only queues' messages come together. Others run one after the other, each with a context of its own.
    for (const group of kind === 'queue' ? [items] : items.map((item) => [item])) {
      const attempt = Math.max(1, ...group.map((item) => item.attempt ?? 1));
      // Of a batch, the trace of the first message: an invocation has one.
      const traceparent = group.map(traceparentOf).find(Boolean) ?? invocation.traceparent;
      await this.run({ ...invocation, traceparent }, attempt, (context, course) =>
        guard(group, context, course, async () => {
          const part = this.part(kind);
          const events: object[] = [];
          for (const item of group) {
            if (!isHeld(item, group, failed))
              await guard([item], context, course, async () => events.push(await made(part, item)));
          }
          if (events.length > 0) await part.run(kind === 'queue' ? events : events[0], await this.ready(context));
          if (group.some((item) => failed.has(item))) course.error ??= { name: 'Retry' };
        }),
      );
    }
    for (const item of items) if (isHeld(item, items, failed)) failed.add(item);
    return failed;
  }

  /**
   * Calls the handler directly.
   * @throws HttpProblem, which tells no more than a caller may know
   */
  async call(input: unknown, invocation: Invocation): Promise<unknown> {
    return this.run(invocation, 1, async (context, course) => {
      try {
        const part = this.part('call');
        return await part.run(await validated(part.schema, input, 'the input'), await this.ready(context));
      } catch (error) {
        course.error = error;
        throw this.toProblem(error, context);
      }
    });
  }

  /** The answer to a request that failed. */
  problem(error: unknown, context: Pick<Context, 'log' | 'requestId'>): Response {
    return problemResponse(this.toProblem(error, context), context.requestId);
  }

  /** Why events of a kind cannot be taken. */
  missing(kind: string): string {
    return `it receives '${kind}' events, but its handler answers only ${this.kinds.join(', ')}; export handlers({ ${kind}: ${kind}(...) })`;
  }

  private toProblem(error: unknown, { log }: Pick<Context, 'log'>): HttpProblem {
    if ((error as HttpProblem)?.name === 'HttpProblem') {
      const problem = error as HttpProblem;
      if (problem.status >= 500) log.error('the handler answered with a problem', { error });
      return problem;
    }
    if (error instanceof SchemaError) {
      log.warn(error.message);
      return new HttpProblem(400, 'The request does not fit its schema', { members: { issues: error.issues } });
    }
    log.error('the handler failed', { error });
    return new HttpProblem(500, 'Internal Server Error');
  }

  /** The context with the secrets, which may fail. The same object: a copy would make its signal, which few handlers ask for. */
  async ready(context: Context<any>): Promise<Context<any>> {
    return Object.assign(context, { secrets: await this.environment.readSecrets() });
  }

  /** @throws when there is none of that kind */
  part(kind: string): Part {
    const part = this.parts[kind];
    if (!part) throw new Error(this.missing(kind));
    return part;
  }

  /** Has `work` done as one invocation, with its context. */
  async run<T>(invocation: Invocation, attempt: number, work: (context: Context<any>, course: Course) => Promise<T>): Promise<T> {
    const { kind, trigger, requestId } = invocation;
    const { functionName, timeout, links } = this.environment;
    const deadline = invocation.deadline ?? Date.now() + timeout;
    const remainingMillis = () => Math.max(0, deadline - Date.now());
    const left = remainingMillis();
    // Made when somebody asks: a signal costs more than all the rest of an invocation.
    let ending: AbortController | undefined;
    let signal: AbortSignal | undefined;
    const course: Course = {};
    const trace = invocation.trace ?? traceOf(invocation.traceparent, invocation);
    const traced = invocation.trace ? invocation : { ...invocation, traceId: trace.traceId, trace };
    const end = this.reporter.begin(traced, attempt, trace);
    const margin = Math.min(LONGEST_MARGIN, left / 10);
    let timer: NodeJS.Timeout | undefined;
    const watch = () => {
      if (timer || !Number.isFinite(left)) return;
      timer = setTimeout(() => {
        ending ??= new AbortController();
        ending.abort(new DOMException('the function is out of time', 'TimeoutError'));
        // Told while there still is somebody to tell it: the platform ends the process, or forgets about it.
        const last = margin - Math.min(LAST_WORD, margin / 2);
        timer = setTimeout(() => end?.({ ...course, timedOut: true }), last).unref();
      }, remainingMillis() - margin).unref();
    };
    if (end) watch();
    let result: T | undefined;
    try {
      const context: Context<any> = Object.defineProperty(
        {
          requestId,
          functionName,
          kind,
          trigger,
          attempt,
          '~signal'() {
            watch();
            ending ??= new AbortController();
            const gone = invocation.signal?.();
            signal ??= gone ? AbortSignal.any([gone, ending.signal]) : ending.signal;
            return signal;
          },
          remainingMillis,
          trace,
          log: this.logOf(traced),
          links,
          secrets: {},
        } as any,
        'signal',
        SIGNAL,
      );
      const go = () => work(context, course);
      // A process that decided on the trace knows as well what an invocation sends on.
      result = await (invocation.trace ? go() : within(trace, go));
      return result;
    } catch (error) {
      course.error ??= error;
      throw error;
    } finally {
      end?.(course);
      // An answer that is still to be sent has the same deadline.
      if (!(result instanceof Response && result.body)) clearTimeout(timer);
    }
  }
}

/**
 * Whether an item has to wait for an earlier one of its group that failed: it must not overtake it.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
function isHeld(item: Item, items: readonly Item[], failed: ReadonlySet<Item>): boolean {
  const group = groupOf(item);
  if (group === undefined) return false;
  return items.slice(0, items.indexOf(item)).some((earlier) => groupOf(earlier) === group && failed.has(earlier));
}

function traceparentOf(item: Item): string | undefined {
  return 'text' in item ? item.traceparent : undefined;
}

function groupOf(item: Item): string | undefined {
  return 'text' in item ? item.group : undefined;
}

/** @throws HttpProblem when there is none, or it is malformed */
export async function jsonOf(request: Request): Promise<unknown> {
  try {
    return await request.clone().json();
  } catch (cause) {
    throw new HttpProblem(400, 'The body is no JSON', { cause });
  }
}

async function messageOf(part: Part, { id, text, attributes, time, attempt, group }: RawMessage): Promise<object> {
  const body = await validated(part.schema, parsed(text, text), `message '${id}'`);
  return { id, body, attributes, time, attempt, ...(group !== undefined && { group }) };
}
