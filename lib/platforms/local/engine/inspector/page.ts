import { DEFAULT_PAGE_LIMIT, MAX_PAGE_LIMIT, type Page, type PageRequest } from '../../console/protocol.js';

/** The part of a list that was asked for. A cursor is the id of the last item before it. */
export function pageOf<T>(
  items: Iterable<T>,
  idOf: (item: T) => string,
  { limit = DEFAULT_PAGE_LIMIT, cursor }: PageRequest,
): Page<T> {
  const most = Math.min(limit, MAX_PAGE_LIMIT);
  const found: T[] = [];
  let skipping = cursor !== undefined;
  for (const item of items) {
    if (skipping) {
      skipping = idOf(item) !== cursor;
      continue;
    }
    if (found.length === most) return { items: found, nextCursor: idOf(found.at(-1)!) };
    found.push(item);
  }
  return { items: found };
}
