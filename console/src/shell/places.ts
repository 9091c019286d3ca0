/** The views of the console, in the order of the navigation. */
import { computed } from '@preact/signals';
import { alarms, sockets } from '../state/live.js';
import type { IconName } from '../ui/icons.js';

export interface Place {
  readonly view: string;
  readonly title: string;
  readonly icon: IconName;
  /** Second key of its shortcut, after `g`. */
  readonly key: string;
  /** Whether the service has any of that. @default - always */
  readonly if?: () => boolean;
  /** Begins a group in the navigation. */
  readonly gap?: boolean;
}

const PLACES: readonly Place[] = [
  { view: '', title: 'Graph', icon: 'graph', key: 'g' },
  { view: 'invocations', title: 'Invocations', icon: 'invocations', key: 'i' },
  { view: 'logs', title: 'Logs', icon: 'log', key: 'l' },
  { view: 'timeline', title: 'Timeline', icon: 'timeline', key: 't' },
  { view: 'send', title: 'Send', icon: 'send', key: 's', gap: true },
  { view: 'functions', title: 'Functions', icon: 'function', key: 'f', gap: true },
  { view: 'queues', title: 'Queues', icon: 'queue', key: 'q' },
  { view: 'topics', title: 'Topics', icon: 'topic', key: 'o' },
  { view: 'buckets', title: 'Buckets', icon: 'bucket', key: 'b' },
  { view: 'schedules', title: 'Schedules', icon: 'schedule', key: 'c' },
  { view: 'websockets', title: 'WebSockets', icon: 'websocket', key: 'w', if: () => (sockets.value?.length ?? 0) > 0 },
  { view: 'alarms', title: 'Alarms', icon: 'alarm', key: 'a', if: () => alarms.value.length > 0 },
];

/** Those that this service has something for. */
export const places = computed(() => PLACES.filter((place) => place.if?.() ?? true));
