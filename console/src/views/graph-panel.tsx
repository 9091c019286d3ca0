import type { GraphNode } from '../../../lib/platforms/local/console/protocol.js';
import { count, duration, mebibytes } from '../format.js';
import { recent, sockets } from '../state/live.js';
import { to } from '../state/router.js';
import { Icon, KindIcon } from '../ui/icons.js';
import { Ago, Facts, Status } from '../ui/parts.js';
import { nodeAddress } from './addresses.js';
import { AlarmsOf } from './alarms.js';
import { Connections } from './connections.js';

/** What is selected in the picture. */
export function GraphPanel({ node, onClose }: { node: GraphNode; onClose: () => void }) {
  const runs = recent.value
    .filter(({ functionId, origin, isKept }) => isKept !== false && (functionId === node.id || origin.resourceId === node.id))
    .slice(0, 5);
  return (
    <aside class="stack panel" aria-label={`About ${node.label}`}>
      <div class="row spread" style={{ flexWrap: 'nowrap' }}>
        <h2 class="named">
          <KindIcon kind={node.kind} />
          {node.label}
        </h2>
        <button type="button" class="small quiet" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      {node.description && <p class="muted">{node.description}</p>}
      <div class="row">
        {node.kind !== 'api' && node.kind !== 'bus' && (
          <a class="button small" href={nodeAddress(node)}>
            {node.kind === 'websocket' ? 'Connect' : 'Open'}
          </a>
        )}
        {node.kind !== 'websocket' && (
          <a class="button small" href={to('send', undefined, { to: node.id })}>
            {node.kind === 'schedule' ? 'Run now' : 'Send an event'}
          </a>
        )}
      </div>
      <AlarmsOf id={node.id} />
      <Facts facts={factsOf(node)} />
      <Connections id={node.id} />
      {runs.length > 0 && (
        <section class="stack">
          <h2>Latest runs</h2>
          <ul class="card panel-runs">
            {runs.map((run) => (
              <li key={run.id}>
                <Status status={run.status} />
                <a class="truncate" href={to('invocations', run.id)}>
                  {run.origin.title}
                </a>
                <span class="muted">
                  {duration(run.durationMs)} · <Ago timeMs={run.startTimeMs} />
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </aside>
  );
}

function factsOf(node: GraphNode): [string, string][] {
  switch (node.kind) {
    case 'function':
      return [
        ['Memory', mebibytes(node.memoryMiB)],
        ['Timeout', `${node.timeoutSeconds} s`],
        ...(node.entry === undefined ? [] : [['Code', node.entry] as [string, string]]),
      ];
    case 'api':
      return [['Address', node.url]];
    case 'queue':
      return [
        ['Attempts', `up to ${node.maxAttempts}`],
        ['Order', node.fifo ? 'kept, by group' : 'not kept'],
      ];
    case 'schedule':
      return [['When', node.expression]];
    case 'topic':
    case 'bucket':
      return [['Path', node.id]];
    case 'websocket': {
      const open = sockets.value?.find(({ id }) => id === node.id)?.connectionCount ?? 0;
      return [['Open connections', count(open)], ...Object.entries(node.facts)];
    }
    default:
      return Object.entries(node.facts);
  }
}
