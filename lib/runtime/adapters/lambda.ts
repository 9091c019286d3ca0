import type { HandlerKind } from '../context.js';
import { withCors } from '../cors.js';
import { apiGatewayRequest, apiGatewayResponse, isApiGatewayEvent, placeOf } from '../decode/api-gateway.js';
import { awsEvent, type Delivery, groupOf, type Receiver, sqsMessage, wrapped } from '../decode/aws-events.js';
import { Dispatcher, type Invocation } from '../dispatch.js';
import { emf } from '../emf.js';
import { awsIdentity } from '../identity/aws.js';
import type { HttpProblem } from '../problem.js';
import type { ServeOptions } from '../serve.js';
import { ofXRay } from '../trace.js';
import { CORS_VARIABLE } from '../wire.js';

/** What the adapter reads of Lambda's context. */
export interface LambdaContext {
  readonly awsRequestId: string;
  /** X-Ray's header. Runtimes that run several invocations at once have it here and not in the environment. */
  readonly xRayTraceId?: string;
  getRemainingTimeInMillis(): number;
  /** What the caller of `Invoke` gave beside the payload. */
  readonly clientContext?: { readonly custom?: { readonly traceparent?: string } };
}

/**
 * The function as Lambda calls it. Answers requests, reports messages of SQS that failed, one by one, and throws for other events
 * that failed, so that Lambda tries them again and keeps them as dead letters.
 */
export function serve(entry: unknown, options: ServeOptions): (event: any, context: LambdaContext) => Promise<unknown> {
  const invoke = invoker(entry, options);
  return (event, context) => invoke(event, context, (response) => apiGatewayResponse(event, response));
}

/** The same, where `respond` sends the answer to a request, or makes what Lambda is to send. */
export function invoker(
  entry: unknown,
  options: ServeOptions,
): (event: any, context: LambdaContext, respond: (response: Response) => Promise<unknown>) => Promise<unknown> {
  const dispatcher = new Dispatcher(entry, options, { emf });
  const { environment, kinds } = dispatcher;
  const receiver: Receiver = { kinds, triggerOf: (source) => environment.triggerOf(source) };

  const deliver = async (delivery: Delivery, about: Omit<Invocation, 'kind'>) => {
    const trigger = delivery.trigger ?? receiver.triggerOf(delivery.source);
    const items =
      delivery.kind === 'schedule' && trigger ? delivery.items.map((item) => ({ ...item, name: trigger })) : delivery.items;
    return dispatcher.events(items, { ...about, kind: delivery.kind, trigger });
  };

  /** Records succeed and fail one by one. Those of one queue that are messages go to the handler together. */
  const sqs = async (records: any[], about: Omit<Invocation, 'kind'>) => {
    const failures = new Set<string>();
    const messages: any[] = [];
    const held = new Set<string | undefined>();
    for (const record of records) {
      const attempt = Number(record.attributes?.ApproximateReceiveCount ?? 1);
      const inner = wrapped(record.body, attempt, receiver);
      const group = groupOf(record);
      if (!inner) messages.push(record);
      else if (held.has(group) || (await deliver(inner, about)).size > 0) {
        failures.add(record.messageId);
        // Of a group, nothing may overtake what failed.
        if (group !== undefined) held.add(group);
      }
    }
    if (messages.length > 0) {
      const items = messages.map(sqsMessage);
      const failed = await deliver({ kind: 'queue', source: messages[0].eventSourceARN, items }, about);
      for (const { id } of failed) failures.add(id);
    }
    return { batchItemFailures: [...failures].map((itemIdentifier) => ({ itemIdentifier })) };
  };

  return async (event, context, respond) => {
    const xRay = ofXRay(context.xRayTraceId ?? process.env._X_AMZN_TRACE_ID);
    const about = {
      requestId: context.awsRequestId,
      ...xRay,
      traceparent: context.clientContext?.custom?.traceparent ?? xRay.traceparent,
      deadline: Date.now() + context.getRemainingTimeInMillis(),
    };
    // What a function has no handler for may still be the input of a call.
    const takes = (kind: HandlerKind) => kinds.includes(kind) || !kinds.includes('call');
    const entrance = options.entrances?.find((each) => each.takes(event));
    if (entrance) {
      return entrance.answer(event, dispatcher, about).catch(({ message }) => {
        throw failure(message, context);
      });
    }
    if (takes('http') && isApiGatewayEvent(event)) {
      const taken = apiGatewayRequest(event);
      const place = () => ({ ...placeOf(event, taken), identity: awsIdentity(event.requestContext) });
      // A client's trace goes before X-Ray's, which begins at the gateway.
      const traceparent = taken.request.headers.get('traceparent') ?? about.traceparent;
      const request: Invocation = { ...about, traceparent, kind: 'http' };
      const cors = environment.variables[CORS_VARIABLE];
      // REST APIs leave browsers to the function; HTTP APIs answer them, and replace what it says.
      if (cors === undefined) return dispatcher.http(taken.request, request, place, respond);
      const next = () => dispatcher.http(taken.request, request, place, (response) => response);
      return respond(await withCors(cors, taken.request, next));
    }
    const known = kinds.some((kind) => kind !== 'call' && kind !== 'http') || !kinds.includes('call');
    if (known && event?.Records?.[0]?.eventSource === 'aws:sqs') return sqs(event.Records, about);
    const deliveries = [awsEvent(event, receiver) ?? []].flat();
    if (deliveries.length > 0 && deliveries.every(({ kind }) => takes(kind))) {
      let failed = 0;
      for (const delivery of deliveries) failed += (await deliver(delivery, about)).size;
      if (failed === 0) return undefined;
      throw failure(`${failed} events failed`, context);
    }
    if (!kinds.includes('call')) {
      const keys = event && typeof event === 'object' ? Object.keys(event).slice(0, 10).join(', ') : typeof event;
      throw failure(
        `function '${environment.functionName}' knows no event with ${keys}; its handler answers ${kinds.join(', ')}`,
        context,
      );
    }
    try {
      return (await dispatcher.call(event, { ...about, kind: 'call' })) ?? null;
    } catch (error) {
      const { message, members } = error as HttpProblem;
      throw failure(members?.issues ? `${message}: ${JSON.stringify(members.issues)}` : message, context);
    }
  };
}

/** What Lambda shows to callers and keeps with dead letters. The reason is in the log. */
function failure(message: string, { awsRequestId }: LambdaContext): Error {
  const error = new Error(`${message} (request ${awsRequestId})`);
  error.name = 'FunctionFailed';
  error.stack = `${error.name}: ${error.message}`;
  return error;
}
