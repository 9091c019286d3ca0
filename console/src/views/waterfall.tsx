import type { Span, Trace } from '../../../lib/platforms/local/console/protocol.js';
import { duration, plural } from '../format.js';
import { to } from '../state/router.js';
import { KindIcon } from '../ui/icons.js';
import { now } from '../ui/parts.js';
import { ScaleHead } from '../ui/scale.js';
import { labelOf, nodeOf } from './addresses.js';

interface Row {
  readonly span: Span;
  readonly depth: number;
}

/** One request through functions and queues: a table whose last column is drawn to scale. */
export function Waterfall({ trace, current }: { trace: Trace; current?: string }) {
  const rows = nested(trace.spans);
  const ends = trace.spans.map((span) => span.startTimeMs + (span.durationMs ?? now.value - span.startTimeMs));
  const totalMs = Math.max(1, ...ends.map((end) => end - trace.startTimeMs));
  return (
    <div class="card waterfall">
      <section class="table-scroll" aria-label="Trace" tabIndex={0}>
        <table>
          <caption class="visually-hidden">
            Trace of {plural(rows.length, 'step')} in {duration(totalMs)}
          </caption>
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col" class="number">
                Begins
              </th>
              <th scope="col" class="number">
                Takes
              </th>
              <ScaleHead label="To scale" text={(share) => (share === 0 ? '0' : duration(share * totalMs))} />
            </tr>
          </thead>
          <tbody>
            {rows.map(({ span, depth }) => (
              <tr key={span.id} class={addressOf(span) === undefined ? '' : 'linked'} aria-current={isCurrent(span, current)}>
                <td>
                  <span class="named" style={{ paddingLeft: `${depth * 18}px` }}>
                    <KindIcon kind={span.kind === 'wait' ? 'queue' : (nodeOf(span.resourceId)?.kind ?? 'other')} />
                    <SpanName span={span} />
                    {span.kind === 'invocation' && (span.attempt ?? 1) > 1 && (
                      <span class="badge warn">attempt {span.attempt}</span>
                    )}
                    {span.coldStartMs !== undefined && <span class="badge accent">cold start</span>}
                    {span.status === 'error' && (
                      <span class="badge bad" title={span.error?.message}>
                        {span.kind === 'dead' ? span.error?.message : (span.error?.name ?? 'failed')}
                      </span>
                    )}
                  </span>
                </td>
                <td class="number muted">{duration(span.startTimeMs - trace.startTimeMs)}</td>
                <td class="number">{span.durationMs === undefined ? 'running' : duration(span.durationMs)}</td>
                <td class="scale">
                  <div
                    class={`bar ${span.kind} ${span.status}`}
                    style={{
                      left: `${((span.startTimeMs - trace.startTimeMs) / totalMs) * 100}%`,
                      width: `${((span.durationMs ?? totalMs - (span.startTimeMs - trace.startTimeMs)) / totalMs) * 100}%`,
                    }}
                  >
                    {span.coldStartMs !== undefined && span.durationMs !== undefined && (
                      <div class="cold" style={{ width: `${(span.coldStartMs / span.durationMs) * 100}%` }} />
                    )}
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {trace.truncated && <p class="hint padded-hint">This trace was longer than what is kept; some steps are missing.</p>}
    </div>
  );
}

/** Where a step leads to: its run, or the dead letters that it lies with. */
function addressOf({ kind, invocationId, resourceId }: Span): string | undefined {
  if (invocationId !== undefined) return to('invocations', invocationId);
  return kind === 'dead' ? to('queues', resourceId, { show: 'dead' }) : undefined;
}

function SpanName({ span }: { span: Span }) {
  const address = addressOf(span);
  if (address !== undefined)
    return (
      <a class="row-link" href={address}>
        {span.name}
      </a>
    );
  return (
    <span>
      {span.name}
      {span.kind === 'send' && <span class="muted"> → {labelOf(span.resourceId)}</span>}
    </span>
  );
}

const isCurrent = (span: Span, current: string | undefined) =>
  current !== undefined && span.invocationId === current ? ('true' as const) : undefined;

/** Parents before children, by start; a span whose parent is missing stands at the outermost level. */
function nested(spans: readonly Span[]): Row[] {
  const ids = new Set(spans.map(({ id }) => id));
  const children = new Map<string, Span[]>();
  for (const span of spans) {
    const parent = span.parentId !== undefined && ids.has(span.parentId) ? span.parentId : '';
    children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const seen = new Set<string>();
  const rows = (parent: string, depth: number): Row[] =>
    (children.get(parent) ?? [])
      .toSorted((a, b) => a.startTimeMs - b.startTimeMs)
      .flatMap((span) => {
        if (seen.has(span.id)) return [];
        seen.add(span.id);
        return [{ span, depth }, ...rows(span.id, depth + 1)];
      });
  const reached = rows('', 0);
  // What leads round in a circle is shown all the same.
  return [...reached, ...spans.filter(({ id }) => !seen.has(id)).map((span) => ({ span, depth: 0 }))];
}
