import type { FunctionMetrics } from '../../../lib/platforms/local/console/protocol.js';
import { count, duration, mebibytes } from '../format.js';
import { api } from '../state/api.js';
import { generation, graph, problems, recent } from '../state/live.js';
import { useResource } from '../state/resource.js';
import { adjust, to } from '../state/router.js';
import { SPANS, type SpanName, spanName, useLast, windowOf } from '../state/window.js';
import { KindIcon } from '../ui/icons.js';
import { Choice, Empty, ErrorNote, Loading, now, Table, View } from '../ui/parts.js';
import { Spark } from '../ui/spark.js';
import { labelOf } from './addresses.js';

const POINTS = 40;
/** Figures are asked for again this often at most while things run. */
const FRESH_MS = 2000;

/** Metrics of all functions, fresh while something runs. */
export function useMetrics(span: SpanName) {
  const busy = recent.value[0]?.startTimeMs ?? 0;
  const round = Math.floor(now.value / (now.value - busy < 10_000 ? FRESH_MS : 15_000));
  const metrics = useResource(`${span} ${generation.value} ${round}`, () => api.metrics(windowOf(span, Date.now()), POINTS));
  return { ...metrics, data: useLast(metrics.data, span) };
}

export function SpanChoice({ otherwise }: { otherwise: SpanName }) {
  return (
    <Choice
      label="Window"
      value={spanName(otherwise)}
      options={SPANS.map(([name, text]) => [name, `Last ${text}`] as const)}
      onChange={(span) => adjust({ span })}
    />
  );
}

export function FunctionsView() {
  const span = spanName('1h');
  const metrics = useMetrics(span);
  const functions = (graph.value?.nodes ?? []).filter(({ kind }) => kind === 'function');
  return (
    <View
      title="Functions"
      lead="How often each ran, how long it took, and what it used."
      actions={<SpanChoice otherwise="1h" />}
    >
      {metrics.error && <ErrorNote error={metrics.error} retry={metrics.reload} />}
      {metrics.data === undefined && !metrics.error && <Loading lines={6} />}
      {functions.length === 0 && (
        <div class="card">
          <Empty title="This service has no function">
            <pre>{"new ServerlessFunction(this, 'Hello', { entry: 'handlers/hello.ts' });"}</pre>
          </Empty>
        </div>
      )}
      {metrics.data !== undefined && functions.length > 0 && (
        <div class="card">
          <Table
            label="Functions"
            head={[
              'Name',
              '(Runs over time)',
              ['Runs', 'number'],
              ['Errors', 'number'],
              ['p50', 'number'],
              ['p95', 'number'],
              ['p99', 'number'],
              ['Cold starts', 'number'],
              ['Memory used', 'number'],
            ]}
          >
            {metrics.data.map((one) => (
              <FunctionRow key={one.functionId} metrics={one} />
            ))}
          </Table>
        </div>
      )}
    </View>
  );
}

function FunctionRow({ metrics: one }: { metrics: FunctionMetrics }) {
  const share = one.invocations === 0 ? 0 : one.errors / one.invocations;
  return (
    <tr class="linked">
      <td>
        <span class="named">
          <KindIcon kind="function" />
          <a class="row-link" href={to('functions', one.functionId)}>
            {labelOf(one.functionId)}
          </a>
          {problems.value.has(one.functionId) && <span class="badge bad">does not load</span>}
        </span>
      </td>
      <td>
        <Spark series={one.series} />
      </td>
      <td class="number">{count(one.invocations)}</td>
      <td class="number">
        {one.errors === 0 ? (
          <span class="muted">0</span>
        ) : (
          <span class="bad">
            {count(one.errors)} <span class="muted">{Math.round(share * 100)} %</span>
          </span>
        )}
      </td>
      <td class="number">{duration(one.durationMs?.p50)}</td>
      <td class="number">{duration(one.durationMs?.p95)}</td>
      <td class="number">{duration(one.durationMs?.p99)}</td>
      <td class="number">
        {count(one.coldStarts)}
        {one.coldStartMs && <span class="muted"> · {duration(one.coldStartMs.p50)}</span>}
      </td>
      <td class="number">
        {one.memoryMiB.maxUsed === undefined ? <span class="muted">–</span> : mebibytes(one.memoryMiB.maxUsed)}
        <span class="muted"> of {mebibytes(one.memoryMiB.declared)}</span>
      </td>
    </tr>
  );
}
