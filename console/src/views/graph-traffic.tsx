import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TrafficEvent } from '../../../lib/platforms/local/console/protocol.js';
import { count } from '../format.js';
import { onTraffic } from '../state/live.js';
import type { PlacedEdge } from './graph-layout.js';

/** Dots at the same time, on one edge and in all: a picture of load, not one dot for each of thousands. */
const MOST_ON_EDGE = 3;
const MOST = 50;
const DOT_MS = 1100;

type Tone = '' | 'failed' | 'throttled';

interface Dot {
  readonly key: number;
  readonly edgeId: string;
  readonly tone: Tone;
  readonly delayMs: number;
  readonly bornMs: number;
}

export type Passed = Pick<TrafficEvent, 'count' | 'failed' | 'throttled'>;

/** What passed each edge since the page was opened. */
export const passed = signal<ReadonlyMap<string, Passed>>(new Map());

/** Counts wherever the user is, so that the graph knows when it is shown again. */
export function startCounting(): void {
  onTraffic(({ edgeId, count: more, failed, throttled }) => {
    const before = passed.value.get(edgeId) ?? { count: 0, failed: 0, throttled: 0 };
    passed.value = new Map(passed.value).set(edgeId, {
      count: before.count + more,
      failed: before.failed + failed,
      throttled: before.throttled + throttled,
    });
  });
}

let last = 0;

/** Dots that run along the edges. */
export function Traffic({ edges }: { edges: readonly PlacedEdge[] }) {
  const [dots, setDots] = useState<readonly Dot[]>([]);
  const paths = new Map(edges.map(({ edge, path }) => [edge.id, path]));
  const known = useRef(paths);
  known.current = paths;
  useEffect(
    () =>
      onTraffic(({ edgeId, count: more, failed, throttled }) =>
        setDots((all) => {
          const nowMs = performance.now();
          // One whose end was not heard of is gone all the same.
          const before = all.filter(({ bornMs }) => nowMs - bornMs < 3 * DOT_MS);
          if (before.length >= MOST || !known.current.has(edgeId)) return before;
          const room = MOST_ON_EDGE - before.filter((dot) => dot.edgeId === edgeId).length;
          const added = Array.from({ length: Math.min(more, Math.max(0, room)) }, (_, index) => ({
            ...{ key: ++last, edgeId, bornMs: nowMs, delayMs: index * 140 },
            tone: index < failed ? ('failed' as const) : index < failed + throttled ? ('throttled' as const) : ('' as const),
          }));
          return [...before, ...added];
        }),
      ),
    [],
  );
  const end = (key: number) => setDots((before) => before.filter((dot) => dot.key !== key));
  return (
    <>
      {dots.map(({ key, edgeId, tone, delayMs }) => {
        const path = paths.get(edgeId);
        return path === undefined ? null : (
          <circle
            key={key}
            r="4"
            class={`dot ${tone}`}
            style={{ offsetPath: `path("${path}")`, animationDuration: `${DOT_MS}ms`, animationDelay: `${delayMs}ms` }}
            onAnimationEnd={() => end(key)}
          />
        );
      })}
    </>
  );
}

/** How many passed each edge. */
export function PassedLabels({ edges }: { edges: readonly PlacedEdge[] }) {
  return (
    <>
      {edges.map(({ edge, middle }) => {
        const seen = passed.value.get(edge.id);
        return seen === undefined ? null : (
          <text key={edge.id} x={middle.x} y={middle.y} class="passed">
            {count(seen.count)}
            {(['failed', 'throttled'] as const)
              .filter((how) => seen[how] > 0)
              .map((how) => (
                <tspan key={how} x={middle.x} dy="12" class={how}>
                  {count(seen[how])} {how}
                </tspan>
              ))}
          </text>
        );
      })}
    </>
  );
}
