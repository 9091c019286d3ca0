import { duration, plural } from '../format.js';
import { api } from '../state/api.js';
import { recent } from '../state/live.js';
import { useResource } from '../state/resource.js';
import { to } from '../state/router.js';
import { useLast } from '../state/window.js';
import { LogLines } from '../ui/log-lines.js';
import { Ago, Empty, ErrorNote, Facts, Loading, now, View } from '../ui/parts.js';
import { CopyButton } from '../ui/payload.js';
import { labelOf } from './addresses.js';
import { Waterfall } from './waterfall.js';

/** How long after its last start a trace is asked for again and again: what waits and what is sent has no events of its own. */
const FRESH_MS = 15_000;

/** A trace, asked for again when one of its invocations changed, and while it is fresh. */
export function useTrace(id: string | undefined) {
  const own = recent.value.filter(({ traceId }) => traceId === id);
  const state = own.map((one) => `${one.id}${one.status}`).join();
  const round = own.some(({ startTimeMs }) => now.value - startTimeMs < FRESH_MS) ? Math.floor(now.value / 2000) : 0;
  const trace = useResource(`${id} ${state} ${round}`, async () => (id === undefined ? undefined : api.trace(id)));
  return { ...trace, data: useLast(trace.data, id ?? '') };
}

export function TraceView({ id }: { id: string }) {
  const trace = useTrace(id);
  const spans = trace.data?.spans ?? [];
  const end = Math.max(0, ...spans.map((span) => span.startTimeMs + (span.durationMs ?? 0)));
  return (
    <View
      title="Trace"
      lead="One request on its way: what ran, what waited, what it led to."
      actions={
        <span class="row">
          <code class="wrap">{id}</code>
          <CopyButton text={id} label="Copy the id of the trace" />
        </span>
      }
    >
      {trace.error && <ErrorNote error={trace.error} retry={trace.reload} />}
      {trace.data === undefined && !trace.error && <Loading />}
      {trace.data && spans.length === 0 && (
        <div class="card">
          <Empty title="Nothing is kept of this trace">
            <p>Traces are dropped when newer ones need the room. Send the event again for a new one.</p>
          </Empty>
        </div>
      )}
      {trace.data && spans.length > 0 && (
        <>
          <div class="card padded">
            <Facts
              facts={[
                ['Began', <Ago key="began" timeMs={trace.data.startTimeMs} />],
                ['Took', duration(end - trace.data.startTimeMs)],
                ['Functions', plural(spans.filter(({ kind }) => kind === 'invocation').length, 'run')],
                ['Failed', plural(spans.filter(({ status }) => status === 'error').length, 'step')],
              ]}
            />
          </div>
          <Waterfall trace={trace.data} />
          <TraceLogs id={id} state={`${spans.length} ${spans.at(-1)?.status}`} />
        </>
      )}
    </View>
  );
}

/** What all that ran in it logged, from the beginning on. */
function TraceLogs({ id, state }: { id: string; state: string }) {
  const logs = useResource(`${id} ${state}`, () => api.logs({ traceId: id, limit: 200 }));
  const lines = useLast(logs.data, id)?.toReversed() ?? [];
  if (lines.length === 0) return null;
  return (
    <section class="stack">
      <h2>Logs</h2>
      <LogLines
        lines={lines}
        of={(line) => (
          <a class="truncate" href={to('invocations', line.invocationId)}>
            {labelOf(line.functionId)}
          </a>
        )}
      />
    </section>
  );
}
