import type { GraphNode } from '../../../lib/platforms/local/console/protocol.js';
import { nameOf } from '../format.js';
import { graph } from '../state/live.js';
import { to } from '../state/router.js';

/** The view of a resource. */
export function nodeAddress({ kind, id }: Pick<GraphNode, 'kind' | 'id'>): string {
  switch (kind) {
    case 'function':
      return to('functions', id);
    case 'queue':
      return to('queues', id);
    case 'bucket':
      return to('buckets', id);
    case 'topic':
      return to('topics');
    case 'schedule':
      return to('schedules');
    case 'websocket':
      return to('websockets');
    case 'api':
    case 'bus':
      return to('send', undefined, { to: id });
    default:
      return to('');
  }
}

export const nodeOf = (id: string | undefined): GraphNode | undefined => graph.value?.nodes.find((node) => node.id === id);

export const labelOf = (id: string): string => nodeOf(id)?.label ?? nameOf(id);
