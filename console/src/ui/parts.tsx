import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { InvocationStatus } from '../../../lib/platforms/local/console/protocol.js';
import { ago, exact, nameOf } from '../format.js';
import type { ApiError } from '../state/api.js';
import { KindIcon } from './icons.js';

/** A view: its heading, which gets the focus on arrival, a sentence on what it is for, and what can be done. */
export function View(props: {
  title: string;
  kind?: string;
  lead?: ComponentChildren;
  actions?: ComponentChildren;
  wide?: boolean;
  children: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${props.title} · faasten`;
  }, [props.title]);
  return (
    <div class={props.wide ? 'view wide' : 'view'}>
      <header class="view-head">
        <div class="stack" style={{ gap: '4px' }}>
          <h1 tabIndex={-1} class="named">
            {props.kind && <KindIcon kind={props.kind} />}
            {props.title}
          </h1>
          {props.lead && <p>{props.lead}</p>}
        </div>
        {props.actions && <div class="row">{props.actions}</div>}
      </header>
      {props.children}
    </div>
  );
}

const STATUSES: Readonly<Record<InvocationStatus, [tone: string, text: string]>> = {
  running: ['running', 'Running'],
  succeeded: ['good', 'Succeeded'],
  partial: ['warn', 'Partly failed'],
  failed: ['bad', 'Failed'],
  timedOut: ['bad', 'Timed out'],
  throttled: ['warn', 'Throttled'],
  crashed: ['bad', 'Crashed'],
};

export const statusText = (status: InvocationStatus): string => STATUSES[status]?.[1] ?? status;

export function Status({ status }: { status: InvocationStatus }) {
  return <span class={`status ${STATUSES[status]?.[0] ?? ''}`}>{statusText(status)}</span>;
}

/** The time, moved every second for all of them at once. */
export const now = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 1000);

export function Ago({ timeMs }: { timeMs: number }) {
  return (
    <time dateTime={exact(timeMs)} title={new Date(timeMs).toLocaleString()}>
      {ago(timeMs, now.value)}
    </time>
  );
}

export function Facts({ facts, large }: { facts: readonly [string, ComponentChildren][]; large?: boolean }) {
  return (
    <dl class={large ? 'facts large' : 'facts'}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What went wrong, and what to do: the API's messages say both. */
export function ErrorNote({ error, retry }: { error: ApiError; retry?: () => void }) {
  return (
    <div class="note bad" role="alert">
      <strong>{error.code === 'not-found' ? 'This is not here any more' : 'That did not work'}</strong>
      <span>{error.message}</span>
      {retry && (
        <div class="row">
          <button type="button" class="small" onClick={retry}>
            Try again
          </button>
        </div>
      )}
    </div>
  );
}

/** Nothing yet, and how there will be something. */
export function Empty({ title, children, actions }: { title: string; children: ComponentChildren; actions?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
      {actions && <div class="row">{actions}</div>}
    </div>
  );
}

/** An address names something that is not there. */
export function NoSuch({ what, id, list }: { what: 'function' | 'queue'; id: string; list: string }) {
  return (
    <View title={nameOf(id)}>
      <Empty title={`There is no such ${what}`} actions={<a href={list}>{`All ${what}s`}</a>}>
        <p>
          Nothing is called <code>{id}</code>. It may have been renamed.
        </p>
      </Empty>
    </View>
  );
}

export function Loading({ lines = 4 }: { lines?: number }) {
  return (
    <div class="stack card padded" aria-busy="true">
      <span class="visually-hidden">Loading</span>
      {Array.from({ length: lines }, (_, index) => (
        <div class="skeleton" key={index} style={{ width: `${90 - index * 13}%` }} />
      ))}
    </div>
  );
}

export function Table({
  label,
  head,
  children,
}: {
  label: string;
  head: readonly (string | [string, 'number'])[];
  children: ComponentChildren;
}) {
  return (
    <section class="table-scroll" aria-label={label} tabIndex={0}>
      <table>
        <caption class="visually-hidden">{label}</caption>
        <thead>
          <tr>
            {head.map((each) => {
              const [name, align] = typeof each === 'string' ? [each, undefined] : each;
              return (
                <th scope="col" key={name} class={align}>
                  {name.startsWith('(') ? <span class="visually-hidden">{name.slice(1, -1)}</span> : name}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

/** One of a few; a toggle of buttons, all reachable. */
export function Choice<T extends string>(props: {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}) {
  return (
    <fieldset class="tabs" style={{ border: '0', margin: '0' }}>
      <legend class="visually-hidden">{props.label}</legend>
      {props.options.map(([value, text]) => (
        <button type="button" key={value} aria-pressed={value === props.value} onClick={() => props.onChange(value)}>
          {text}
        </button>
      ))}
    </fieldset>
  );
}
