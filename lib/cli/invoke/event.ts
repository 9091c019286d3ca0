import { FaastenError, shown } from '../../core/errors.js';
import { NEUTRAL_KINDS, type NeutralEvent } from '../events/neutral.js';

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
    const ofCloud = event?.Records || event?.requestContext || event?.specversion || event?.message?.data !== undefined;
    fail(
      ofCloud ? 'is what a cloud sends' : `has the kind ${shown(kind)}`,
      `faasten invoke takes its own form, which faasten events ${NEUTRAL_KINDS.join(', ')} print`,
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
  if (kind === 'http' && event.path !== undefined && !String(event.path).startsWith('/')) {
    fail(`has the path ${shown(event.path)}`, 'begin it with /');
  }
  if (kind === 'schedule' && event.time !== undefined && Number.isNaN(Date.parse(event.time))) {
    fail(`has the time ${shown(event.time)}`, 'write it as 2026-01-15T03:00:00Z');
  }
  return event;
}

function isMessage(value: any): boolean {
  return value !== null && typeof value === 'object' && value.body !== undefined;
}
