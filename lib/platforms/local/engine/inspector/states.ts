import { relative } from 'node:path';
import type {
  BucketState,
  MessageState,
  QueuedMessage,
  QueueState,
  ScheduleState,
  SocketState,
  Span,
  TopicState,
} from '../../console/protocol.js';
import { payloadOf } from '../history/payload.js';
import { labelOf } from '../history/record.js';
import { conditionText } from '../mail/filter.js';
import type { DeadLetter, Entry, Letter } from '../mail/letter.js';
import type { Mailbox } from '../mail/mailbox.js';
import type { Published, Subscription } from '../mail/topics.js';
import type { Bucket } from '../objects/bucket.js';
import type { Schedule } from '../schedules.js';
import type { SocketServer } from '../sockets/server.js';
import { expressionOf } from './graph.js';

/** Runs of a schedule that are told in advance. */
const NEXT_RUNS = 5;

/** State of a mailbox. */
export function queueState(box: Mailbox, id: string, kind: QueueState['kind'], fifo: boolean, now: number): QueueState {
  const counts = { ready: 0, delayed: 0, inFlight: 0 };
  let oldest: number | undefined;
  for (const { state, entry } of box.waiting()) {
    counts[state]++;
    oldest = Math.min(oldest ?? entry.sentTimeMs, entry.sentTimeMs);
  }
  return {
    ...{ id, kind, label: labelOf(id), ...counts, fifo },
    ...(oldest !== undefined && { oldestAgeMs: Math.max(0, now - oldest) }),
    deadLetters: box.dead.count,
    maxAttempts: box.settings.maxAttempts,
    revision: box.revision,
  };
}

/** A message that waits or is worked on. */
export function waitingMessage(entry: Entry, state: MessageState, letter: Letter): QueuedMessage {
  const { visibleTimeMs, attempts, lastError, lastInvocationId } = entry;
  return {
    ...messageFacts(letter),
    ...{ state, attempts, lastError, lastInvocationId },
    ...(state === 'delayed' && { visibleTimeMs }),
  };
}

export function deadMessage({ entry, letter, deathReason, deathTimeMs }: DeadLetter): QueuedMessage {
  const { attempts, lastError, lastInvocationId } = entry;
  return { ...messageFacts(letter), state: 'dead', ...{ attempts, lastError, lastInvocationId, deathReason, deathTimeMs } };
}

/** What a trace shows of the dead letters of a queue or function. */
export function deadSpans(resourceId: string, traceId: string, letters: readonly DeadLetter[]): Span[] {
  return letters
    .filter(({ letter }) => letter.traceId === traceId)
    .map(
      ({ entry, letter, deathReason, deathTimeMs }): Span => ({
        ...{ id: `${letter.id}:dead`, parentId: entry.lastInvocationId, kind: 'dead', resourceId, status: 'error' },
        ...{ name: `dead letter of ${labelOf(resourceId)}`, startTimeMs: deathTimeMs, durationMs: 0 },
        error: { name: 'DeadLetter', message: deathReason },
      }),
    );
}

function messageFacts({ id, body = '', attributes = {}, group, sentTimeMs, traceId }: Letter) {
  return {
    id,
    body: payloadOf(body, 'application/json'),
    attributes,
    ...(group !== undefined && { group }),
    sentTimeMs,
    traceId,
  };
}

export function topicState(id: string, { count, lastTimeMs }: Published, subscriptions: readonly Subscription[]): TopicState {
  return {
    ...{ id, label: labelOf(id), publishedCount: count },
    ...(lastTimeMs !== undefined && { lastPublishedTimeMs: lastTimeMs }),
    subscriptions: subscriptions.map(({ target, name, filter, delivered, filtered }) => ({
      ...{ functionId: target, trigger: name, deliveredCount: delivered, filteredCount: filtered },
      filter: Object.fromEntries(Object.entries(filter).map(([key, conditions]) => [key, conditions.map(conditionText)])),
    })),
  };
}

export function socketState({ model, url, connections }: SocketServer): SocketState {
  return { id: model.path, label: labelOf(model.path), url, connectionCount: connections.size };
}

export function bucketState(id: string, bucket: Bucket): BucketState {
  const folder = relative(process.cwd(), bucket.folder) || '.';
  return { id, label: labelOf(id), folder, objectCount: bucket.count, sizeBytes: bucket.bytes };
}

export function scheduleState(schedule: Schedule, next: (count: number) => number[], lastInvocationId?: string): ScheduleState {
  const { id, functionPath, trigger, spec, lastRunTimeMs } = schedule;
  const { expression } = spec;
  return {
    ...{ id, functionId: functionPath, label: trigger },
    expression:
      expression.kind === 'cron'
        ? expression.cron.source
        : expression.kind === 'at'
          ? `once, ${expression.local}`
          : expressionOf(spec),
    ...(expression.kind !== 'rate' && { timeZone: expression.timeZone }),
    nextRunTimesMs: next(NEXT_RUNS),
    ...(lastRunTimeMs !== undefined && { lastRunTimeMs }),
    ...(lastInvocationId !== undefined && { lastInvocationId }),
  };
}
