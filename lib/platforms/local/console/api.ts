/** The API under `/api/`: one row for each method of the inspector. */
import { notHere, Refusal } from './errors.js';
import { type Input, LEVELS, MESSAGE_STATES, SEND_KINDS, sendRequestOf, statusesOf, tokenRequestOf } from './input.js';
import type { Inspector } from './protocol.js';

export const API_PREFIX = '/api/';

interface Call {
  /** What stands in the path for each `*`. */
  readonly ids: readonly string[];
  /** Query of a GET, body of a POST. */
  readonly input: Input;
}

type Handler = (inspector: Inspector, call: Call) => unknown;

const TIMES = { min: 0, max: Number.MAX_SAFE_INTEGER };

const CALLS: Readonly<Record<string, Handler>> = {
  'GET graph': (inspector) => inspector.graph(),

  'GET invocations': (inspector, { input }) =>
    inspector.invocations({
      ...input.page(),
      functionId: input.optionalText('functionId'),
      status: statusesOf(input),
      traceId: input.optionalText('traceId'),
      text: input.optionalText('text'),
      fromTimeMs: input.optionalNumber('fromTimeMs', TIMES),
      toTimeMs: input.optionalNumber('toTimeMs', TIMES),
    }),
  'GET invocations/*': (inspector, { ids: [id] }) => inspector.invocation(id!),
  'GET traces/*': (inspector, { ids: [id] }) => inspector.trace(id!),
  'GET logs': (inspector, { input }) =>
    inspector.logs({
      limit: input.page().limit,
      functionId: input.optionalText('functionId'),
      traceId: input.optionalText('traceId'),
      level: input.optionalOneOf('level', LEVELS),
      text: input.optionalText('text'),
    }),

  'GET queues': (inspector) => inspector.queues(),
  'GET queues/*/messages': (inspector, { ids: [id], input }) =>
    inspector.messages(id!, { ...input.page(), state: input.optionalOneOf('state', MESSAGE_STATES) }),
  'POST queues/*/redrive': (inspector, { ids: [id], input }) => inspector.redrive(id!, input.optionalText('messageId')),
  'POST queues/*/purge': (inspector, { ids: [id], input }) => inspector.purge(id!, input.oneOf('which', ['dead', 'waiting'])),

  'GET topics': (inspector) => inspector.topics(),

  'GET buckets': (inspector) => inspector.buckets(),
  'GET buckets/*/objects': (inspector, { ids: [id], input }) =>
    inspector.objects(id!, { ...input.page(), prefix: input.optionalText('prefix') }),
  'GET buckets/*/objects/*': (inspector, { ids: [id, key] }) => inspector.object(id!, key!),

  'GET schedules': (inspector) => inspector.schedules(),

  'GET sockets': (inspector) => inspector.sockets(),
  'GET connections': (inspector) => inspector.testConnections(),
  'POST sockets/*/connections': (inspector, { ids: [socketId], input }) =>
    inspector.connect({ socketId: socketId!, query: input.optionalText('query'), headers: input.texts('headers') }),
  'POST connections/*/messages': (inspector, { ids: [id], input }) => inspector.sendTo(id!, input.body('text')),
  'DELETE connections/*': (inspector, { ids: [id] }) => inspector.disconnect(id!),

  'POST send': (inspector, { input }) => inspector.send(sendRequestOf(input)),
  'GET functions/*/samples': (inspector, { ids: [id] }) => inspector.samples(id!),
  'GET events': (inspector, { input }) =>
    inspector.events({
      ...input.page(),
      resourceId: input.optionalText('resourceId'),
      kind: input.optionalOneOf('kind', SEND_KINDS),
    }),
  'POST events/*/replay': (inspector, { ids: [id] }) => inspector.replay(id!),

  'GET saved-events': (inspector) => inspector.savedEvents(),
  'POST saved-events': (inspector, { input }) =>
    inspector.saveEvent({ name: input.text('name').slice(0, 200), request: sendRequestOf(input.within('request')) }),
  'DELETE saved-events/*': (inspector, { ids: [id] }) => inspector.deleteSavedEvent(id!),

  'GET metrics': (inspector, { input }) =>
    inspector.metrics(input.window(), Math.floor(input.number('points', { min: 1, max: 500, otherwise: 60 }))),
  'GET timeline': (inspector, { input }) =>
    inspector.timeline(input.window(), Math.floor(input.number('pixels', { min: 1, max: 10_000, otherwise: 1000 }))),

  'POST tokens': (inspector, { input }) => {
    if (inspector.mintToken === undefined) throw notHere('a test token', 'no authorizer of this service takes one');
    return inspector.mintToken(tokenRequestOf(input));
  },
  'GET alarms': (inspector) => inspector.alarms?.() ?? [],
  'GET firings': (inspector) => inspector.firings?.() ?? [],
};

/** Whether a method changes something, for the checks of a caller. */
export const changes = (method: string): boolean => method !== 'GET' && method !== 'HEAD';

/** Finds the handler of a call. `path` is what follows the prefix, as it was sent. Throws a refusal when there is none. */
export function route(method: string, path: string): { handler: Handler; ids: string[] } {
  const parts = path.split('/');
  const others: string[] = [];
  for (const [key, handler] of Object.entries(CALLS)) {
    const [verb, pattern = ''] = key.split(' ');
    const ids = match(pattern.split('/'), parts);
    if (ids === undefined) continue;
    if (verb === method) return { handler, ids };
    others.push(verb!);
  }
  if (others.length > 0)
    throw new Refusal(405, 'method-not-allowed', `${method} ${API_PREFIX}${path}: use ${others.join(' or ')}`, {
      allow: others.join(', '),
    });
  throw new Refusal(404, 'not-found', `the console has no '${API_PREFIX}${path}'; docs/console.md lists its calls`);
}

function match(pattern: readonly string[], parts: readonly string[]): string[] | undefined {
  if (pattern.length !== parts.length) return undefined;
  const ids: string[] = [];
  for (const [index, each] of pattern.entries()) {
    const part = parts[index]!;
    if (each !== '*' && each !== part) return undefined;
    if (each !== '*') continue;
    try {
      ids.push(decodeURIComponent(part));
    } catch {
      return undefined;
    }
  }
  return ids;
}
