import { useState } from 'preact/hooks';
import type { SendRequest } from '../../../lib/platforms/local/console/protocol.js';
import { pretty } from '../format.js';
import { TokenForm } from './token.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

interface FormProps<Kind extends SendRequest['kind']> {
  readonly request: Extract<SendRequest, { kind: Kind }>;
  readonly onChange: (request: SendRequest) => void;
}

/** The fields of an event, by its kind. */
export function RequestForm({ request, onChange }: { request: SendRequest; onChange: (request: SendRequest) => void }) {
  switch (request.kind) {
    case 'http':
      return <HttpForm request={request} onChange={onChange} />;
    case 'queue':
      return <QueueForm request={request} onChange={onChange} />;
    case 'topic':
      return (
        <>
          <Body label="Body" value={request.body} onChange={(body) => onChange({ ...request, body })} />
          <Pairs
            label="Attributes"
            hint="Filters of subscriptions compare these."
            value={request.attributes ?? {}}
            onChange={(attributes) => onChange({ ...request, attributes })}
          />
        </>
      );
    case 'schedule':
      return <p class="muted">A run of a schedule carries nothing but its time. Its next runs stay as they are.</p>;
    case 'objects':
      return <ObjectForm request={request} onChange={onChange} />;
    case 'call':
      return <Body label="Input (JSON)" value={request.input} onChange={(input) => onChange({ ...request, input })} />;
    case 'other':
      return <Body label="Body" value={request.body} onChange={(body) => onChange({ ...request, body })} />;
  }
}

function HttpForm({ request, onChange }: FormProps<'http'>) {
  return (
    <>
      <div class="pair path">
        <label class="field">
          <span>Method</span>
          <select value={request.method} onChange={(event) => onChange({ ...request, method: event.currentTarget.value })}>
            {METHODS.map((method) => (
              <option key={method}>{method}</option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>Path</span>
          <input
            type="text"
            class="mono"
            spellcheck={false}
            value={request.path}
            onInput={(event) => onChange({ ...request, path: event.currentTarget.value })}
          />
        </label>
      </div>
      {request.path.includes('{') && <p class="hint">Put a value in place of each parameter in braces.</p>}
      <Pairs label="Headers" value={request.headers} onChange={(headers) => onChange({ ...request, headers })} />
      <TokenForm
        apiId={request.apiId}
        path={request.path}
        method={request.method}
        onToken={({ name, value }) => onChange({ ...request, headers: { ...request.headers, [name]: value } })}
      />
      {request.method !== 'GET' && request.method !== 'HEAD' && (
        <Body label="Body" value={request.body ?? ''} onChange={(body) => onChange({ ...request, body })} />
      )}
    </>
  );
}

function QueueForm({ request, onChange }: FormProps<'queue'>) {
  return (
    <>
      <Body label="Body" value={request.body} onChange={(body) => onChange({ ...request, body })} />
      <Pairs
        label="Attributes"
        value={request.attributes ?? {}}
        onChange={(attributes) => onChange({ ...request, attributes })}
      />
      <div class="pair">
        <label class="field">
          <span>Delay in seconds</span>
          <input
            type="number"
            min="0"
            value={request.delaySeconds ?? 0}
            onInput={(event) => onChange({ ...request, delaySeconds: Number(event.currentTarget.value) || undefined })}
          />
        </label>
        <label class="field">
          <span>Group, for queues that keep the order</span>
          <input
            type="text"
            value={request.group ?? ''}
            onInput={(event) => onChange({ ...request, group: event.currentTarget.value || undefined })}
          />
        </label>
      </div>
    </>
  );
}

function ObjectForm({ request, onChange }: FormProps<'objects'>) {
  return (
    <>
      <div class="pair path">
        <label class="field">
          <span>Event</span>
          <select
            value={request.type}
            onChange={(event) => onChange({ ...request, type: event.currentTarget.value as 'created' | 'deleted' })}
          >
            <option value="created">created</option>
            <option value="deleted">deleted</option>
          </select>
        </label>
        <label class="field">
          <span>Key</span>
          <input
            type="text"
            class="mono"
            spellcheck={false}
            value={request.key}
            onInput={(event) => onChange({ ...request, key: event.currentTarget.value })}
          />
        </label>
      </div>
      {request.type === 'created' && (
        <>
          <label class="field">
            <span>Content type</span>
            <input
              type="text"
              value={request.contentType ?? ''}
              onInput={(event) => onChange({ ...request, contentType: event.currentTarget.value || undefined })}
            />
          </label>
          <Body label="Content" value={request.body ?? ''} onChange={(body) => onChange({ ...request, body })} />
        </>
      )}
    </>
  );
}

/** A text that is most often JSON: says where it is none, and never stands in the way of one that is not meant to be. */
function Body({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const problem = jsonProblem(value);
  return (
    <div class="field">
      <span class="row spread">
        <label for="event-body">{label}</label>
        <button
          type="button"
          class="small quiet"
          disabled={problem !== undefined || value.trim() === ''}
          onClick={() => onChange(pretty(value))}
        >
          Format
        </button>
      </span>
      <textarea
        id="event-body"
        rows={10}
        spellcheck={false}
        autocapitalize="off"
        value={value}
        aria-describedby="event-body-hint"
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <span id="event-body-hint" class="hint">
        {value.trim() === ''
          ? 'Nothing is sent as body.'
          : problem === undefined
            ? 'JSON'
            : `Sent as text: it is no JSON (${problem}).`}
      </span>
    </div>
  );
}

function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Names with values, one a line: `name: value`. */
function Pairs(props: {
  label: string;
  hint?: string;
  value: Readonly<Record<string, string>>;
  onChange: (value: Record<string, string>) => void;
}) {
  const written = Object.entries(props.value)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
  const [typed, setTyped] = useState(written);
  // What is typed stays as it is while it means the value; another value from outside replaces it.
  const text = JSON.stringify(parsePairs(typed)) === JSON.stringify(props.value) ? typed : written;
  return (
    <label class="field">
      <span>{props.label}</span>
      <textarea
        rows={Math.max(2, text.split('\n').length)}
        spellcheck={false}
        placeholder="name: value"
        value={text}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          props.onChange(parsePairs(event.currentTarget.value));
        }}
      />
      {props.hint && <span class="hint">{props.hint}</span>}
    </label>
  );
}

function parsePairs(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf(':');
      return at < 1 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()]];
    }),
  );
}
