import { triggerEdge } from '../edges.js';
import type { Call, Done, Joined } from '../runner.js';
import type { EventsTask, Task } from '../worker/protocol.js';
import type { Entry, Letter } from './letter.js';
import type { Failure } from './mailbox.js';
import { groupName } from './sent.js';

/** What is delivered together. */
export type Delivered = readonly { readonly entry: Entry; readonly letter: Letter }[];

/** The invocation for letters that are delivered together. */
export function callOf(functionPath: string, letters: Delivered, queueTrigger: string | undefined): Call {
  const { letter } = letters[0]!;
  const { traceId, parentId, eventId, sentTimeMs } = letter;
  const trigger = queueTrigger ?? letter.trigger;
  const title = letters.length === 1 ? letter.origin.title : `${letters.length} messages`;
  const edgeId = trigger === undefined ? letter.origin.edgeId : triggerEdge(functionPath, trigger);
  return {
    task: taskOf(letters, trigger),
    origin: { ...letter.origin, edgeId, title },
    attempt: Math.max(...letters.map(({ entry }) => entry.attempts)),
    ...{ traceId, parentId, eventId, sentTimeMs },
    joined: joinedBy(letters.map(({ letter: each }) => each)),
  };
}

/** The traces of a batch beside that of its first message. */
function joinedBy([first, ...others]: readonly Letter[]): readonly Joined[] | undefined {
  const traces = new Map(others.map(({ traceId, parentId }) => [traceId, { traceId, parentId }]));
  traces.delete(first!.traceId);
  return traces.size > 0 ? [...traces.values()] : undefined;
}

function taskOf(letters: Delivered, trigger: string | undefined): Task {
  const { kind, body } = letters[0]!.letter;
  if (kind === 'call') return { kind, body };
  return { kind, trigger, items: letters.map(itemOf) } satisfies EventsTask;
}

/** As `Item` of the runtime. */
function itemOf({ entry, letter }: Delivered[number]): object {
  const { id, kind, body = '', attributes = {}, group, sentTimeMs } = letter;
  const attempt = entry.attempts;
  if (kind === 'queue' || kind === 'topic') {
    return {
      id,
      text: body,
      attributes,
      time: new Date(sentTimeMs),
      attempt,
      ...(group !== undefined && { group: groupName(letter) }),
    };
  }
  const event = JSON.parse(body);
  // As EventBridge sends it, under the trigger's name; see lib/runtime/wire.ts.
  if (kind === 'event') return { faasten: 'event', name: letter.trigger, event, attempt };
  return { ...event, id, time: new Date(event.time), attempt };
}

/** Which of the letters are to come again. */
export function failuresOf(letters: Delivered, { result, error, summary }: Done): Failure[] {
  const failed = (entry: Entry): Failure => ({ entry, error, invocationId: summary.id });
  if (result?.of === 'events') return result.failed.map((index) => failed(letters[index]!.entry));
  return summary.status === 'succeeded' ? [] : letters.map(({ entry }) => failed(entry));
}
