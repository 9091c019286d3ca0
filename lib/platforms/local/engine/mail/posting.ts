import type { Change, Store } from '../store.js';

/** A letter on its way into a mailbox. */
export interface Posting {
  /** What is to be written. */
  readonly changes: readonly Change[];
  /** To be called when it is written, and when it cannot be. */
  sent(): void;
  failed(): void;
}

/** Writes letters, and what else belongs to them, in one step. Resolves when all of it is stored. */
export async function post(store: Store, postings: readonly Posting[], more: readonly Change[] = []): Promise<void> {
  try {
    await store.commit([...postings.flatMap(({ changes }) => changes), ...more]);
  } catch (error) {
    for (const posting of postings) posting.failed();
    throw error;
  }
  for (const posting of postings) posting.sent();
}
