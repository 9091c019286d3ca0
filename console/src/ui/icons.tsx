import type { NodeKind } from '../../../lib/platforms/local/console/protocol.js';

/** Drawn on a grid of 16; strokes take the colour of the text. */
const PATHS = {
  graph: 'M3 3.5h4v3H3zM9 9.5h4v3H9zM7 5h2.5A1.5 1.5 0 0 1 11 6.5v3',
  invocations: 'M2.5 4h11M2.5 8h11M2.5 12h7',
  log: 'M2.5 3.5l3 3-3 3M7.5 12h6',
  queue: 'M2 4.5h12v7H2zM6 4.5v7M10 4.5v7',
  send: 'M14 2 7 9M14 2l-4.5 12L7 9 2 6.5z',
  function: 'M10.5 2.5c-2 0-2.6 1-2.9 3L6.5 11c-.3 2-1 2.6-2.6 2.6M5 6.5h5.5',
  timeline: 'M2 3.5h5M5 8h6M9 12.5h5',
  schedule: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 4.8V8l2.2 1.6',
  bucket:
    'M2.5 4.2c0-1 2.5-1.7 5.5-1.7s5.5.7 5.5 1.7S11 5.9 8 5.9 2.5 5.2 2.5 4.2zM2.6 4.6l1.2 8c.2.6 2 1 4.2 1s4-.4 4.2-1l1.2-8',
  topic: 'M3 8h2.5M5.5 8l6-4.5M5.5 8h6M5.5 8l6 4.5M13 3.5h.01M13 8h.01M13 12.5h.01',
  api: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM2.2 8h11.6M8 2.2c2 2 2 9.6 0 11.6M8 2.2c-2 2-2 9.6 0 11.6',
  alarm: 'M4 11.5V7.5a4 4 0 0 1 8 0v4M2.5 11.5h11M7 13.8h2',
  bus: 'M2 8h12M4.5 8V4.5M8 8v4M11.5 8V4.5',
  websocket: 'M2.5 6h9M9 3.5 11.5 6 9 8.5M13.5 10h-9M7 7.5 4.5 10 7 12.5',
  other: 'M8 2.5 13.5 8 8 13.5 2.5 8z',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.2 3.2',
  copy: 'M5.5 5.5h8v8h-8zM3 10.5H2.5v-8h8V3',
  close: 'M4 4l8 8M12 4l-8 8',
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration beside a text; never the only carrier of a meaning. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" aria-hidden="true">
      <path d={PATHS[name]} stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

export function KindIcon({ kind }: { kind: NodeKind | string }) {
  const name = kind in PATHS ? (kind as IconName) : 'other';
  return (
    <span class={`kind ${name}`}>
      <Icon name={name} />
    </span>
  );
}
