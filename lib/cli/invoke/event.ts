import { FaastenError, shown } from '../../core/errors.js';
import { NEUTRAL_KINDS, type NeutralEvent } from '../events/neutral.js';
import { SOCKET_TYPES } from '../events/sample.js';

/**
 * An event in faasten's own form; see `faasten events`.
 * @param from where it was read from, for errors
 */
export function eventOf(from: string, text: string): NeutralEvent {
  const fail = (wrong: string, advice: string): never => {
    throw new FaastenError('event-invalid', `the event ${from === '-' ? 'on stdin' : `'${from}'`} ${wrong}; ${advice}`);
  };
  let event: any;
  try {
    event = JSON.parse(text);
  } catch (error) {
    fail(`is no JSON (${(error as Error).message})`, 'start from one that faasten events prints');
  }
  const kind = event?.kind as NeutralEvent['kind'];
  if (!NEUTRAL_KINDS.includes(kind)) {
    const meant = kindOfCloud(event);
    fail(
      meant ? 'is what a cloud sends' : `has the kind ${shown(kind)}`,
      `faasten invoke takes its own form, ${meant ? `as faasten events ${meant} prints it` : `which faasten events ${NEUTRAL_KINDS.join(', ')} print`}`,
    );
  }
  if (kind === 'queue') {
    const { messages } = event;
    if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isMessage)) {
      fail(`has the messages ${shown(messages)}`, 'give a list: [{ "body": ..., "attributes": {} }]');
    }
  }
  if (kind === 'topic' && !isMessage(event)) fail('has no body', 'give "body", and "attributes" if there are some');
  if (kind === 'objects' && typeof event.key !== 'string') fail(`has the key ${shown(event.key)}`, 'give "key", a text');
  if (
    (kind === 'http' || kind === 'authorizer' || kind === 'websocket') &&
    event.path !== undefined &&
    !String(event.path).startsWith('/')
  ) {
    fail(`has the path ${shown(event.path)}`, 'begin it with /');
  }
  if (kind === 'schedule' && event.time !== undefined && Number.isNaN(Date.parse(event.time))) {
    fail(`has the time ${shown(event.time)}`, 'write it as 2026-01-15T03:00:00Z');
  }
  if (kind === 'event') {
    if (typeof event.type !== 'string' || event.type === '')
      fail(`has the type ${shown(event.type)}`, 'give "type", as in "order.paid"');
    const { data = {} } = event;
    if (data === null || typeof data !== 'object' || Array.isArray(data))
      fail(`has the data ${shown(data)}`, 'give an object: event buses take nothing else');
  }
  if (kind === 'websocket' && !SOCKET_TYPES.includes(event.type))
    fail(`has the type ${shown(event.type)}`, `give one of ${SOCKET_TYPES.join(', ')}`);
  const { identity } = event;
  if (identity !== undefined && typeof identity?.subject !== 'string')
    fail(`has the identity ${shown(identity)}`, 'give { "subject": "ann" }, with "claims" and "scopes" if there are some');
  return event;
}

/** Which of faasten's kinds has what a cloud sends; undefined for what no cloud sends. */
function kindOfCloud(event: any): NeutralEvent['kind'] | undefined {
  if (event === null || typeof event !== 'object') return undefined;
  if (event.type === 'REQUEST') return 'authorizer';
  if (event.requestContext) return event.requestContext.connectionId ? 'websocket' : 'http';
  if (Array.isArray(event.Records)) {
    const { eventSource, EventSource } = event.Records[0] ?? {};
    return eventSource === 'aws:s3' ? 'objects' : EventSource === 'aws:sns' ? 'topic' : 'queue';
  }
  if (event['detail-type']) return event.source === 'aws.s3' ? 'objects' : 'event';
  if (event.faasten === 'schedule') return 'schedule';
  if (event.specversion) return 'event';
  return event.message?.data === undefined ? undefined : 'queue';
}

function isMessage(value: any): boolean {
  return value !== null && typeof value === 'object' && value.body !== undefined;
}
