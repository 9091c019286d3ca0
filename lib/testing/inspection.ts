import type { ErrorSummary, Page, PageRequest, QueuedMessage } from '../platforms/local/index.js';

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
