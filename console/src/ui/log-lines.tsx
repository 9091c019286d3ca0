import type { ComponentChildren } from 'preact';
import type { LogLine } from '../../../lib/platforms/local/console/protocol.js';
import { clock, exact } from '../format.js';

/** Log lines, each with what stands before its message: which run it is of, where they are of several. */
export function LogLines<T extends LogLine>({ lines, of }: { lines: readonly T[]; of?: (line: T) => ComponentChildren }) {
  return (
    <section class={of ? 'card logs named-lines' : 'card logs'} aria-label="Log lines" tabIndex={0}>
      <ol>
        {lines.map((line, index) => (
          <li key={index} class={line.level}>
            <time dateTime={exact(line.timeMs)}>{clock(line.timeMs)}</time>
            <span class="level">{line.level}</span>
            {of?.(line)}
            <span class="message">
              {line.message}
              {line.fields && Object.keys(line.fields).length > 0 && <Fields fields={line.fields} />}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Errors as a sentence: the run they ended shows their stack. */
function fieldText(value: unknown): string {
  if (typeof value === 'string') return value;
  const { name, message } = (value ?? {}) as { name?: unknown; message?: unknown };
  return typeof name === 'string' && typeof message === 'string' ? `${name}: ${message}` : JSON.stringify(value);
}

function Fields({ fields }: { fields: Readonly<Record<string, unknown>> }) {
  return (
    <span class="fields">
      {Object.entries(fields).map(([name, value]) => (
        <span key={name}>
          <span class="json-key">{name}</span>={fieldText(value)}
        </span>
      ))}
    </span>
  );
}
