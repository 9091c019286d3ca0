import type { FunctionMetrics, FunctionNode } from '../../../lib/platforms/local/console/protocol.js';
import { count, duration, mebibytes } from '../format.js';
import { api } from '../state/api.js';
import { generation, problems, recent } from '../state/live.js';
import { useResource } from '../state/resource.js';
import { to } from '../state/router.js';
import { spanName } from '../state/window.js';
import { Empty, ErrorNote, Facts, Loading, NoSuch, View } from '../ui/parts.js';
import { DurationLine, Spark } from '../ui/spark.js';
import { nodeOf } from './addresses.js';
import { AlarmsOf } from './alarms.js';
import { Connections } from './connections.js';
import { SpanChoice, useMetrics } from './functions.js';
import { InvocationTable } from './invocations.js';

export function FunctionView({ id }: { id: string }) {
  const node = nodeOf(id);
  if (node?.kind !== 'function') return <NoSuch what="function" id={id} list="/functions" />;
  return <Detail node={node} />;
}

function Detail({ node }: { node: FunctionNode }) {
  const span = spanName('1h');
  const metrics = useMetrics(span);
  const own = metrics.data?.find(({ functionId }) => functionId === node.id);
  const problem = problems.value.get(node.id);
  return (
    <View
      title={node.label}
      kind="function"
      lead={node.description ?? node.id}
      actions={
        <>
          <SpanChoice otherwise="1h" />
          <a class="button primary" href={to('send', undefined, { to: node.id })}>
            Send an event
          </a>
        </>
      }
    >
      {problem && (
        <div class="note bad" role="alert">
          <strong>Its code does not load</strong>
          <pre class="stack-trace">{problem}</pre>
          <span>Repair it and save: it is loaded again by itself.</span>
        </div>
      )}
      <AlarmsOf id={node.id} />
      {metrics.error && <ErrorNote error={metrics.error} retry={metrics.reload} />}
      {own === undefined ? !metrics.error && <Loading /> : <Figures metrics={own} />}
      <div class="halves">
        <section class="stack">
          <h2>Declared</h2>
          <div class="card padded">
            <Facts
              facts={[
                ['Memory', mebibytes(node.memoryMiB)],
                ['Timeout', `${node.timeoutSeconds} s`],
                ['At the same time', node.maxConcurrency === undefined ? 'no limit' : `up to ${node.maxConcurrency}`],
                ...(node.entry === undefined
                  ? []
                  : [['Code', <code key="entry">{node.entry}</code>] as [string, preact.JSX.Element]]),
                ...(node.environment.length === 0
                  ? []
                  : [['Environment', <code key="env">{node.environment.join(', ')}</code>] as [string, preact.JSX.Element]]),
                ...node.secrets.map(
                  ({ name, found }) =>
                    [`Secret ${name}`, found ? 'found in .env' : <span class="bad">not found; add it to .env</span>] as [
                      string,
                      preact.JSX.Element | string,
                    ],
                ),
              ]}
            />
          </div>
        </section>
        <Connections id={node.id} />
      </div>
      <Runs id={node.id} />
    </View>
  );
}

function Figures({ metrics: one }: { metrics: FunctionMetrics }) {
  return (
    <div class="card padded stack" style={{ gap: '20px' }}>
      <Facts
        large
        facts={[
          ['Runs', count(one.invocations)],
          [
            'Errors',
            <span key="errors" class={one.errors > 0 ? 'bad' : ''}>
              {count(one.errors)}
            </span>,
          ],
          ['p50', duration(one.durationMs?.p50)],
          ['p95', duration(one.durationMs?.p95)],
          ['p99', duration(one.durationMs?.p99)],
          ['Cold starts', count(one.coldStarts)],
          ['Memory used', one.memoryMiB.maxUsed === undefined ? '–' : mebibytes(one.memoryMiB.maxUsed)],
        ]}
      />
      {one.invocations > 0 && (
        <div class="halves">
          <figure class="chart">
            <Spark series={one.series} width={600} height={90} />
            <figcaption class="hint">Runs over time, failed ones in red</figcaption>
          </figure>
          <figure class="chart">
            <DurationLine series={one.series} height={90} />
            <figcaption class="hint">p95 of the duration, up to {duration(one.durationMs?.max)}</figcaption>
          </figure>
        </div>
      )}
    </div>
  );
}

function Runs({ id }: { id: string }) {
  const latest = recent.value.filter(({ functionId }) => functionId === id);
  const page = useResource(`${id} ${generation.value}`, () => api.invocations({ functionId: id, limit: 20 }));
  const known = new Set(latest.map((one) => one.id));
  const rows = [...latest, ...(page.data?.items ?? []).filter((one) => !known.has(one.id))].slice(0, 20);
  return (
    <section class="stack">
      <div class="row spread">
        <h2>Latest runs</h2>
        <a href={to('invocations', undefined, { function: id })}>All of them</a>
      </div>
      {rows.length > 0 ? (
        <InvocationTable invocations={rows} label="Latest runs" />
      ) : (
        <div class="card">
          <Empty title="It has not run yet">
            <p>It takes no memory and no time until something starts it.</p>
          </Empty>
        </div>
      )}
    </section>
  );
}
