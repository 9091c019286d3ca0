import type { Span } from '../../console/protocol.js';

/**
 * Has each wait of a message that is delivered again begin where its last delivery ended. Until then it did not wait: it was worked on.
 * Messages that one sender sent to one place in one moment cannot be told apart, and stay as they are.
 */
export function waitsApart(spans: readonly Span[]): Span[] {
  const waits = new Map<string, Span[]>();
  const runs = new Map<string, Span>();
  for (const span of spans) {
    if (span.kind === 'wait') {
      const message = `${span.parentId} ${span.resourceId} ${span.startTimeMs}`;
      waits.set(message, [...(waits.get(message) ?? []), span]);
    } else if (span.kind === 'invocation' && span.parentId !== undefined) runs.set(span.parentId, span);
  }
  const later = new Map<Span, number>();
  for (const one of waits.values()) {
    const byAttempt = new Map(one.map((span) => [span.attempt, span]));
    if (byAttempt.size < one.length) continue;
    for (const span of one) {
      const before = byAttempt.get((span.attempt ?? 1) - 1);
      const run = before && runs.get(before.id);
      if (run?.durationMs !== undefined) later.set(span, run.startTimeMs + run.durationMs);
    }
  }
  return spans.map((span) => {
    const startTimeMs = later.get(span);
    if (startTimeMs === undefined) return span;
    return { ...span, startTimeMs, durationMs: Math.max(0, span.startTimeMs + (span.durationMs ?? 0) - startTimeMs) };
  });
}
