import { useEffect } from 'preact/hooks';
import type { QueueState } from '../../../lib/platforms/local/console/protocol.js';
import { age, count } from '../format.js';
import { followQueues, queues } from '../state/live.js';
import { to } from '../state/router.js';
import { Icon } from '../ui/icons.js';
import { Empty, Loading, Table, View } from '../ui/parts.js';

export function QueuesView() {
  useEffect(followQueues, []);
  const own = (queues.value ?? []).filter(({ kind }) => kind === 'queue');
  const hidden = (queues.value ?? []).filter(({ kind }) => kind === 'function');
  return (
    <View title="Queues" lead="What waits, what is being worked on, and what was given up.">
      {queues.value === undefined && <Loading />}
      {queues.value?.length === 0 && (
        <div class="card">
          <Empty title="This service has no queue">
            <p>
              A queue takes work now and does it later, as often as it takes. Declare one and let a function have its messages:
            </p>
            <pre>{"const orders = new Queue(this, 'Orders');\n… triggers: { Orders: orders.messages() }"}</pre>
          </Empty>
        </div>
      )}
      {own.length > 0 && <QueueTable label="Queues" list={own} />}
      {hidden.length > 0 && (
        <section class="stack">
          <h2>Events of functions</h2>
          <p class="muted">
            Topics, schedules, buckets and calls that do not wait are delivered through a queue of the function’s own.
          </p>
          <QueueTable label="Events of functions" list={hidden} />
        </section>
      )}
    </View>
  );
}

function QueueTable({ label, list }: { label: string; list: readonly QueueState[] }) {
  return (
    <div class="card">
      <Table
        label={label}
        head={[
          'Name',
          ['Waiting', 'number'],
          ['Delayed', 'number'],
          ['In flight', 'number'],
          ['Oldest', 'number'],
          ['Dead letters', 'number'],
        ]}
      >
        {list.map((queue) => (
          <tr key={queue.id} class="linked">
            <td class="grow">
              <span class="named">
                <span class={`kind ${queue.kind}`}>
                  <Icon name={queue.kind} />
                </span>
                <a class="row-link truncate" href={to('queues', queue.id)}>
                  {queue.label}
                </a>
                {queue.fifo && <span class="badge">in order</span>}
              </span>
            </td>
            <td class="number">{count(queue.ready)}</td>
            <td class="number">{count(queue.delayed)}</td>
            <td class="number">{count(queue.inFlight)}</td>
            <td class="number">{age(queue.oldestAgeMs)}</td>
            <td class="number">
              {queue.deadLetters > 0 ? <span class="badge bad">{count(queue.deadLetters)}</span> : <span class="muted">0</span>}
            </td>
          </tr>
        ))}
      </Table>
    </div>
  );
}
