import type { GraphEdge } from '../../../lib/platforms/local/console/protocol.js';
import { graph } from '../state/live.js';
import { KindIcon } from '../ui/icons.js';
import { nodeAddress, nodeOf } from './addresses.js';

/** What leads to a resource and what it leads to, in words: the graph for those who do not look at one. */
export function Connections({ id }: { id: string }) {
  const edges = graph.value?.edges ?? [];
  const into = edges.filter((edge) => edge.to === id);
  const out = edges.filter((edge) => edge.from === id);
  return (
    <section class="stack">
      <h2>Connections</h2>
      <div class="card padded stack">
        {into.length + out.length === 0 && <p class="muted">Nothing leads here, and it leads nowhere.</p>}
        <Edges title="Started by" edges={into} end="from" />
        <Edges title="Uses" edges={out} end="to" />
      </div>
    </section>
  );
}

function Edges({ title, edges, end }: { title: string; edges: readonly GraphEdge[]; end: 'from' | 'to' }) {
  if (edges.length === 0) return null;
  return (
    <div>
      <h3 class="muted">{title}</h3>
      <ul>
        {edges.map((edge) => {
          const node = nodeOf(edge[end]);
          return (
            <li key={edge.id} class="connection-line">
              <KindIcon kind={node?.kind ?? 'other'} />
              {node ? <a href={nodeAddress(node)}>{node.label}</a> : edge[end]}
              <span class="muted truncate">
                {edge.label}
                {edge.detail && `, ${edge.detail}`}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
