/** Windows of time for figures: the last so many minutes, moved as time goes by. */
import { useRef } from 'preact/hooks';
import type { TimeWindow } from '../../../lib/platforms/local/console/protocol.js';
import { query } from './router.js';

export const SPANS = [
  ['5m', '5 min', 300_000],
  ['1h', 'hour', 3_600_000],
  ['24h', '24 h', 86_400_000],
] as const;

export type SpanName = (typeof SPANS)[number][0];

/** The span that the address names. */
export function spanName(otherwise: SpanName): SpanName {
  const named = query.value.get('span');
  return SPANS.find(([name]) => name === named)?.[0] ?? otherwise;
}

export const spanMs = (name: SpanName): number => SPANS.find(([each]) => each === name)![2];

export function windowOf(name: SpanName, nowMs: number): TimeWindow {
  return { fromTimeMs: nowMs - spanMs(name), toTimeMs: nowMs };
}

/** `24 hours` */
export const spanText = (name: SpanName): string => ({ '5m': '5 minutes', '1h': 'hour', '24h': '24 hours' })[name];

/** The same value until what it is made of changes: the last answer while the next one is on its way. */
export function useLast<T>(value: T | undefined, key: string): T | undefined {
  const last = useRef<{ key: string; value: T } | undefined>(undefined);
  if (value !== undefined) last.current = { key, value };
  return value ?? (last.current?.key === key ? last.current.value : undefined);
}
