import { randomFillSync } from 'node:crypto';

const BYTES = 16;
const pool = Buffer.alloc(128 * BYTES);
let used = pool.length;

/** The id of a new trace: 32 hex digits, of random bytes that are fetched many at a time. */
export function traceId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += BYTES;
  return pool.toString('hex', used - BYTES, used);
}
