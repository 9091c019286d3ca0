import type { AlarmFiring, ErrorSummary, Page, PageRequest, QueuedMessage } from '../platforms/local/index.js';

/** A message that waits, or is being worked on. */
export interface WaitingMessage {
  readonly id: string;
  /** Parsed where it is JSON. */
  readonly body: unknown;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of a queue that keeps order. */
  readonly group?: string;
  /** Deliveries so far. */
  readonly attempts: number;
  /** When it may be delivered, where that is later. */
  readonly dueAt?: Date;
}

/** A time in which an alarm was on. */
export interface Alarm {
  /** Path of what it watches. */
  readonly construct: string;
  /** `errors`, `deadLetters`, …; `slo availability` and `slo latency` of objectives. */
  readonly alarm: string;
  readonly severity: 'page' | 'ticket';
  /** The condition that was met. */
  readonly reason: string;
  readonly from: Date;
  /** Undefined while it is on. */
  readonly to?: Date;
}

/** A message whose deliveries all failed. */
export interface DeadLetter {
  readonly id: string;
  /** Parsed where it is JSON. */
  readonly body: unknown;
  readonly attributes: Readonly<Record<string, string>>;
  readonly attempts: number;
  /** As in `failed 5 of 5 deliveries`. */
  readonly reason: string;
  /** Of the last delivery. */
  readonly error?: ErrorSummary;
}

export function deadLetterOf({ id, body, attributes, attempts, deathReason = '', lastError }: QueuedMessage): DeadLetter {
  return { id, body: parsed(body.text), attributes, attempts, reason: deathReason, error: lastError };
}

export function waitingOf({ id, body, attributes, group, attempts, state, visibleTimeMs }: QueuedMessage): WaitingMessage {
  const dueAt = state === 'delayed' && visibleTimeMs !== undefined ? new Date(visibleTimeMs) : undefined;
  return { id, body: parsed(body.text), attributes, group, attempts, dueAt };
}

export function alarmOf(
  { severity, reason, fromTimeMs, toTimeMs }: AlarmFiring,
  of: { readonly label: string; readonly resourceId: string },
): Alarm {
  return {
    ...{ construct: of.resourceId, alarm: of.label, severity, reason, from: new Date(fromTimeMs) },
    ...(toTimeMs !== undefined && { to: new Date(toTimeMs) }),
  };
}

/** All pages of a list. */
export async function listed<T>(fetch: (page: PageRequest) => Page<T> | Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await fetch({ limit: 200, cursor });
    items.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === undefined) return items;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
