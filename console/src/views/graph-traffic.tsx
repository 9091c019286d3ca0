import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { count } from '../format.js';
import { onTraffic } from '../state/live.js';
import type { PlacedEdge } from './graph-layout.js';

/** Dots at the same time, on one edge and in all: a picture of load, not one dot for each of thousands. */
const MOST_ON_EDGE = 3;
const MOST = 80;
const DOT_MS = 1100;

interface Dot {
  readonly key: number;
  readonly edgeId: string;
  readonly failed: boolean;
  readonly delayMs: number;
}

/** What passed each edge since the page was opened. */
export const passed = signal<ReadonlyMap<string, { count: number; failed: number }>>(new Map());

/** Counts wherever the user is, so that the graph knows when it is shown again. */
export function startCounting(): void {
  onTraffic(({ edgeId, count: more, failed }) => {
    const before = passed.value.get(edgeId) ?? { count: 0, failed: 0 };
    passed.value = new Map(passed.value).set(edgeId, { count: before.count + more, failed: before.failed + failed });
  });
}

let last = 0;

/** Dots that run along the edges, and how many passed. */
export function Traffic({ edges }: { edges: readonly PlacedEdge[] }) {
  const [dots, setDots] = useState<readonly Dot[]>([]);
  useEffect(
    () =>
      onTraffic(({ edgeId, count: more, failed }) =>
        setDots((before) => {
          if (before.length >= MOST) return before;
          const room = MOST_ON_EDGE - before.filter((dot) => dot.edgeId === edgeId).length;
          const added = Array.from({ length: Math.min(more, Math.max(0, room)) }, (_, index) => ({
            key: ++last,
            edgeId,
            failed: index < failed,
            delayMs: index * 140,
          }));
          return [...before, ...added];
        }),
      ),
    [],
  );
  const paths = new Map(edges.map(({ edge, path }) => [edge.id, path]));
  const end = (key: number) => setDots((before) => before.filter((dot) => dot.key !== key));
  return (
    <>
      {edges.map(({ edge, middle }) => {
        const seen = passed.value.get(edge.id);
        return seen === undefined ? null : (
          <text key={edge.id} x={middle.x} y={middle.y} class={seen.failed > 0 ? 'passed failed' : 'passed'}>
            {count(seen.count)}
          </text>
        );
      })}
      {dots.map(({ key, edgeId, failed, delayMs }) => {
        const path = paths.get(edgeId);
        return path === undefined ? null : (
          <circle
            key={key}
            r="4"
            class={failed ? 'dot failed' : 'dot'}
            style={{ offsetPath: `path("${path}")`, animationDuration: `${DOT_MS}ms`, animationDelay: `${delayMs}ms` }}
            onAnimationEnd={() => end(key)}
          />
        );
      })}
    </>
  );
}
