import type { GraphNode } from '../../../lib/platforms/local/console/protocol.js';
import { ago, count, plural } from '../format.js';
import { buckets, problems, queues, recent, schedules, sockets, topics } from '../state/live.js';
import { now } from '../ui/parts.js';

/** One line on how a resource is now. */
export function NodeState({ node }: { node: GraphNode }) {
  const [text, tone] = stateOf(node);
  return <span class={`node-state ${tone ?? ''}`}>{text}</span>;
}

function stateOf(node: GraphNode): [text: string, tone?: 'bad' | 'running'] {
  switch (node.kind) {
    case 'function': {
      if (problems.value.has(node.id)) return ['does not load', 'bad'];
      const own = recent.value.filter(({ functionId }) => functionId === node.id);
      const running = own.filter(({ status }) => status === 'running').length;
      if (running > 0) return [`${count(running)} running`, 'running'];
      const last = own[0];
      if (last === undefined) return ['has not run yet'];
      const failed = last.status !== 'succeeded';
      return [`${failed ? 'failed' : 'ran'} ${ago(last.startTimeMs, now.value)}`, failed ? 'bad' : undefined];
    }
    case 'queue': {
      const queue = queues.value?.find(({ id }) => id === node.id);
      if (queue === undefined) return ['queue'];
      const waiting = queue.ready + queue.delayed + queue.inFlight;
      if (queue.deadLetters > 0) return [`${count(waiting)} waiting, ${count(queue.deadLetters)} dead`, 'bad'];
      return [waiting === 0 ? 'nothing waits' : `${count(waiting)} waiting`];
    }
    case 'topic': {
      const topic = topics.value?.find(({ id }) => id === node.id);
      return [`${count(topic?.publishedCount ?? 0)} published`];
    }
    case 'bucket': {
      const bucket = buckets.value?.find(({ id }) => id === node.id);
      return [plural(bucket?.objectCount ?? 0, 'object')];
    }
    case 'schedule': {
      const next = schedules.value?.find(({ id }) => id === node.id)?.nextRunTimesMs[0];
      return [next === undefined ? node.expression : `next ${ago(next, now.value)}`];
    }
    case 'bus':
      return ['event bus'];
    case 'websocket': {
      const socket = sockets.value?.find(({ id }) => id === node.id);
      return [plural(socket?.connectionCount ?? 0, 'connection')];
    }
    case 'api':
      return [plural(node.routes.length, 'route')];
    default:
      return [Object.values(node.facts)[0] ?? node.kind];
  }
}
