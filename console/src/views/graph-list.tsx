import type { GraphEdge } from '../../../lib/platforms/local/console/protocol.js';
import { count } from '../format.js';
import { graph } from '../state/live.js';
import { KindIcon } from '../ui/icons.js';
import { Table } from '../ui/parts.js';
import { nodeAddress, nodeOf } from './addresses.js';
import { passed } from './graph-traffic.js';

const WORDS: Readonly<Record<GraphEdge['kind'], string>> = { route: 'route', trigger: 'starts', link: 'uses' };

/** The graph as a table: every line of the picture is a row. */
export function GraphList() {
  return (
    <div class="card">
      <Table
        label="Connections of the service"
        head={['From', 'How', 'To', 'By', ['Passed', 'number'], ['Failed', 'number'], ['Throttled', 'number']]}
      >
        {graph.value!.edges.map((edge) => (
          <tr key={edge.id}>
            <td>
              <End id={edge.from} />
            </td>
            <td class="muted">{WORDS[edge.kind] ?? edge.kind}</td>
            <td>
              <End id={edge.to} />
            </td>
            <td class="muted">
              {edge.label}
              {edge.detail && `, ${edge.detail}`}
            </td>
            {(['count', 'failed', 'throttled'] as const).map((how) => (
              <Figure key={how} value={passed.value.get(edge.id)?.[how] ?? 0} bad={how !== 'count'} />
            ))}
          </tr>
        ))}
      </Table>
    </div>
  );
}

function Figure({ value, bad }: { value: number; bad: boolean }) {
  return <td class={`number ${bad ? (value > 0 ? 'bad' : 'muted') : ''}`}>{count(value)}</td>;
}

function End({ id }: { id: string }) {
  const node = nodeOf(id);
  return (
    <span class="named">
      <KindIcon kind={node?.kind ?? 'other'} />
      {node ? <a href={nodeAddress(node)}>{node.label}</a> : id}
    </span>
  );
}
