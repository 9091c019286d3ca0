import { useEffect, useState } from 'preact/hooks';
import type { InvocationDetail, LogLine } from '../../../lib/platforms/local/console/protocol.js';
import { count, duration } from '../format.js';
import { api } from '../state/api.js';
import { onLog, recent } from '../state/live.js';
import { useResource } from '../state/resource.js';
import { go, to } from '../state/router.js';
import { LogLines } from '../ui/log-lines.js';
import { Ago, ErrorNote, Facts, Loading, Status, View } from '../ui/parts.js';
import { Headers, PayloadView } from '../ui/payload.js';
import { say, sayError } from '../ui/toasts.js';
import { labelOf, nodeOf } from './addresses.js';
import { useTrace } from './trace.js';
import { Waterfall } from './waterfall.js';

export function InvocationView({ id }: { id: string }) {
  const status = recent.value.find((one) => one.id === id)?.status;
  const invocation = useResource(`${id} ${status}`, () => api.invocation(id));
  const [last, setLast] = useState<InvocationDetail>();
  useEffect(() => {
    if (invocation.data) setLast(invocation.data);
  }, [invocation.data]);
  const shown = invocation.data ?? last;
  if (shown) return <Detail invocation={shown} />;
  return (
    <View title="Invocation">
      {invocation.error ? <ErrorNote error={invocation.error} retry={invocation.reload} /> : <Loading />}
    </View>
  );
}

function Detail({ invocation: one }: { invocation: InvocationDetail }) {
  const trace = useTrace(one.traceId);
  const declaredMiB = memoryOf(one.functionId);
  const givenBack =
    one.origin.kind === 'queue' && one.error === undefined && (one.status === 'failed' || one.status === 'partial');
  const replay = () =>
    api.replay(one.eventId!).then((result) => {
      say('Sent again');
      go(to('traces', result.traceId));
    }, sayError);
  return (
    <View
      title={labelOf(one.functionId)}
      kind="function"
      lead={one.origin.title}
      actions={
        <>
          <a class="button" href={to('traces', one.traceId)}>
            Trace
          </a>
          {one.eventId && (
            <>
              <button type="button" onClick={replay}>
                Replay
              </button>
              <a class="button" href={to('send', undefined, { event: one.eventId })}>
                Edit and send
              </a>
            </>
          )}
        </>
      }
    >
      {one.error && (
        <div class="note bad">
          <strong>
            {one.error.name}: {one.error.message}
          </strong>
          {one.error.stack && <pre class="stack-trace">{one.error.stack}</pre>}
        </div>
      )}
      {givenBack && (
        <p class="note">
          The handler ended without an error, and gave messages back: they are delivered again, until their queue’s attempts are
          used up.
        </p>
      )}
      <div class="card padded">
        <Facts
          facts={[
            ['Outcome', <Status key="status" status={one.status} />],
            ['Started', <Ago key="started" timeMs={one.startTimeMs} />],
            ['Took', duration(one.durationMs)],
            ...(one.waitMs === undefined ? [] : [['Waited before', duration(one.waitMs)] as [string, string]]),
            ...(one.coldStartMs === undefined ? [] : [['Cold start before', duration(one.coldStartMs)] as [string, string]]),
            ...(one.memoryUsedMiB === undefined
              ? []
              : [
                  ['Memory', `${Math.round(one.memoryUsedMiB)}${declaredMiB ? ` of ${count(declaredMiB)}` : ''} MiB`] as [
                    string,
                    string,
                  ],
                ]),
            ...(one.httpStatus === undefined ? [] : [['Response', String(one.httpStatus)] as [string, string]]),
            ['Delivery', one.attempt === 1 ? 'first' : `number ${one.attempt}`],
            [
              'Caused by',
              one.parentId ? (
                <a key="parent" href={to('invocations', one.parentId)}>
                  another invocation
                </a>
              ) : (
                'outside'
              ),
            ],
          ]}
        />
      </div>
      <Logs invocation={one} />
      <div class="halves">
        {(one.event || one.request) && (
          <section class="stack">
            <h2>{one.request ? 'Request' : 'Event'}</h2>
            {one.request && <RequestHead request={one.request} />}
            {one.event && <PayloadView payload={one.event} label={one.request ? 'Request body' : 'Event'} />}
          </section>
        )}
        {one.result && (
          <section class="stack">
            <h2>Result</h2>
            <PayloadView payload={one.result} label="Result" />
          </section>
        )}
      </div>
      <section class="stack">
        <div class="row spread">
          <h2>Trace</h2>
          <a href={to('traces', one.traceId)}>Open the trace</a>
        </div>
        {trace.data ? <Waterfall trace={trace.data} current={one.id} /> : <Loading lines={2} />}
      </section>
    </View>
  );
}

function RequestHead({ request: { method, url, headers } }: { request: NonNullable<InvocationDetail['request']> }) {
  return (
    <div class="card padded stack">
      <code class="wrap">
        {method} {url}
      </code>
      <Headers headers={headers} />
    </div>
  );
}

const memoryOf = (id: string): number | undefined => {
  const node = nodeOf(id);
  return node?.kind === 'function' ? node.memoryMiB : undefined;
};

/** What was kept, and while it runs, what comes. */
function Logs({ invocation }: { invocation: InvocationDetail }) {
  const [live, setLive] = useState<readonly LogLine[]>([]);
  useEffect(() => {
    setLive([]);
    return onLog((id, line) => id === invocation.id && setLive((lines) => [...lines, line]));
  }, [invocation]);
  const known = new Set(invocation.logs.map((line) => `${line.timeMs} ${line.message}`));
  const lines = [...invocation.logs, ...live.filter((line) => !known.has(`${line.timeMs} ${line.message}`))];
  return (
    <section class="stack">
      <h2>Logs</h2>
      {lines.length === 0 ? (
        <p class="muted">
          It logged nothing. Handlers get a logger: <code>{"log.info('order accepted', { id })"}</code>.
        </p>
      ) : (
        <LogLines lines={lines} />
      )}
      {invocation.logsDropped > 0 && <p class="hint">{count(invocation.logsDropped)} earlier lines were not kept.</p>}
    </section>
  );
}
