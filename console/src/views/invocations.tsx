import { useState } from 'preact/hooks';
import type { InvocationStatus, InvocationSummary } from '../../../lib/platforms/local/console/protocol.js';
import { duration } from '../format.js';
import { api } from '../state/api.js';
import { generation, graph, recent } from '../state/live.js';
import { useResource } from '../state/resource.js';
import { adjust, query, to } from '../state/router.js';
import { Ago, Choice, Empty, ErrorNote, Loading, Status, Table, View } from '../ui/parts.js';
import { sayError } from '../ui/toasts.js';
import { labelOf } from './addresses.js';

const FAILED: readonly InvocationStatus[] = ['failed', 'timedOut', 'crashed', 'partial', 'throttled'];

type Which = 'all' | 'failed' | 'running';
const WHICH: Readonly<Record<Which, readonly InvocationStatus[] | undefined>> = {
  all: undefined,
  failed: FAILED,
  running: ['running'],
};

export function InvocationsView() {
  const functionId = query.value.get('function') ?? '';
  const which = (query.value.get('show') ?? 'all') as Which;
  const text = query.value.get('text') ?? '';
  return (
    <View title="Invocations" lead="Every run of a function: what started it, what it logged, what came of it.">
      <search class="row">
        <input
          type="search"
          aria-label="Search in events, errors, logs and ids"
          placeholder="Search events, errors, logs, ids"
          value={text}
          onInput={(event) => adjust({ text: event.currentTarget.value })}
        />
        <FunctionSelect />
        <Choice
          label="Outcome"
          value={which}
          options={[
            ['all', 'All'],
            ['failed', 'Failed'],
            ['running', 'Running'],
          ]}
          onChange={(value) => adjust({ show: value === 'all' ? undefined : value })}
        />
      </search>
      <Matching functionId={functionId} status={WHICH[which]} text={text} />
    </View>
  );
}

/** All functions, or one of them: in the address. */
export function FunctionSelect() {
  const functions = (graph.value?.nodes ?? []).filter(({ kind }) => kind === 'function');
  return (
    <select
      aria-label="Function"
      value={query.value.get('function') ?? ''}
      onChange={(event) => adjust({ function: event.currentTarget.value })}
    >
      <option value="">All functions</option>
      {functions.map(({ id, label }) => (
        <option key={id} value={id}>
          {label}
        </option>
      ))}
    </select>
  );
}

/** The first page is live: what the stream brought since stands above it. */
function Matching(props: { functionId: string; status: readonly InvocationStatus[] | undefined; text: string }) {
  const { functionId, status, text } = props;
  const filtered = functionId !== '' || status !== undefined || text !== '';
  const ask = (cursor?: string) => api.invocations({ functionId, status, text, cursor, limit: 100 });
  // Text is looked for in logs, which only the platform has: such a list is asked for again when something ran.
  const newest = text === '' ? '' : `${recent.value[0]?.id} ${recent.value[0]?.status}`;
  const key = `${generation.value} ${functionId} ${status?.join()} ${text} ${newest}`;
  const first = useResource(key, () => ask());
  const [more, setMore] = useState<{ key: string; items: readonly InvocationSummary[]; cursor?: string }>();

  if (first.error) return <ErrorNote error={first.error} retry={first.reload} />;
  if (first.data === undefined) return <Loading />;
  const live = text === '' ? recent.value.filter((one) => matches(one, functionId, status)) : [];
  const older = more?.key === key ? more : { items: [], cursor: first.data.nextCursor };
  const rows = merged(
    live,
    first.data.items.filter((one) => stillMatches(one, status)),
    older.items,
  );
  if (rows.length === 0) return <div class="card">{filtered ? <NoMatch /> : <NothingYet />}</div>;
  return (
    <>
      <InvocationTable invocations={rows} label="Invocations, the latest first" />
      {older.cursor !== undefined && (
        <div>
          <button
            type="button"
            onClick={() =>
              ask(older.cursor).then(
                ({ items, nextCursor }) => setMore({ key, items: [...older.items, ...items], cursor: nextCursor }),
                sayError,
              )
            }
          >
            Show older ones
          </button>
        </div>
      )}
    </>
  );
}

const matches = (one: InvocationSummary, functionId: string, status: readonly InvocationStatus[] | undefined): boolean =>
  (functionId === '' || one.functionId === functionId) && (status === undefined || status.includes(one.status));

/** One that was running when it was asked for may have ended. */
function stillMatches(one: InvocationSummary, status: readonly InvocationStatus[] | undefined): boolean {
  const latest = recent.value.find(({ id }) => id === one.id);
  return latest === undefined || status === undefined || status.includes(latest.status);
}

function merged(...lists: readonly (readonly InvocationSummary[])[]): InvocationSummary[] {
  const byId = new Map<string, InvocationSummary>();
  for (const one of lists.flat()) if (!byId.has(one.id)) byId.set(one.id, one);
  return [...byId.values()].sort((a, b) => b.startTimeMs - a.startTimeMs);
}

export function InvocationTable({ invocations, label }: { invocations: readonly InvocationSummary[]; label: string }) {
  return (
    <div class="card">
      <Table label={label} head={['Outcome', 'Function', 'Started by', ['Duration', 'number'], '(Remarks)', 'When']}>
        {invocations.map((one) => (
          <tr key={one.id} class={one.isKept === false ? '' : 'linked'}>
            <td>
              <Status status={one.status} />
            </td>
            <td>
              {one.isKept === false ? (
                labelOf(one.functionId)
              ) : (
                <a class="row-link" href={to('invocations', one.id)}>
                  {labelOf(one.functionId)}
                </a>
              )}
            </td>
            <td class="grow">
              <div class="truncate">
                {one.origin.title}
                {one.error && (
                  <span class="bad">
                    {' '}
                    · {one.error.name}: {one.error.message}
                  </span>
                )}
              </div>
            </td>
            <td class="number">{duration(one.durationMs)}</td>
            <td>
              <Remarks invocation={one} />
            </td>
            <td class="muted">
              <Ago timeMs={one.startTimeMs} />
            </td>
          </tr>
        ))}
      </Table>
    </div>
  );
}

function Remarks({ invocation: { coldStartMs, attempt, httpStatus, isKept } }: { invocation: InvocationSummary }) {
  return (
    <span class="row" style={{ gap: '4px', flexWrap: 'nowrap' }}>
      {isKept === false && (
        <span class="badge" title="Of a function that runs very often, a share is kept, and all that failed">
          not kept
        </span>
      )}
      {httpStatus !== undefined && (
        <span class={httpStatus >= 500 ? 'badge bad' : httpStatus >= 400 ? 'badge warn' : 'badge'}>{httpStatus}</span>
      )}
      {attempt > 1 && <span class="badge warn">attempt {attempt}</span>}
      {coldStartMs !== undefined && <span class="badge accent">cold start</span>}
    </span>
  );
}

function NothingYet() {
  return (
    <Empty
      title="Nothing has run yet"
      actions={
        <a class="button primary" href="/send">
          Send an event
        </a>
      }
    >
      <p>
        That is the idea: a function takes nothing until something happens. Send it a request or a message and watch it start, run
        and go again.
      </p>
    </Empty>
  );
}

function NoMatch() {
  return (
    <Empty
      title="Nothing matches"
      actions={
        <button type="button" onClick={() => adjust({ text: undefined, function: undefined, show: undefined })}>
          Show all
        </button>
      }
    >
      <p>No invocation fits this filter. The list goes on by itself: one that fits will appear here.</p>
    </Empty>
  );
}
