import { HIDDEN, type SendRequest } from '../../../lib/platforms/local/console/protocol.js';
import { pretty } from '../format.js';
import { SelectField, TextField } from '../ui/fields.js';
import { Pairs } from './pairs.js';
import { AddToken } from './token.js';

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
    case 'authorizer':
      return <RequestHead request={request} onChange={onChange} />;
    case 'bus':
      return <BusForm request={request} onChange={onChange} />;
  }
}

function HttpForm({ request, onChange }: FormProps<'http'>) {
  return (
    <>
      <RequestHead request={request} onChange={onChange} />
      <AddToken
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

/** Method, path and headers. */
function RequestHead({ request, onChange }: FormProps<'http' | 'authorizer'>) {
  return (
    <>
      <div class="pair path">
        <SelectField
          label="Method"
          value={request.method}
          options={METHODS.map((method) => [method, method] as const)}
          onChange={(method) => onChange({ ...request, method })}
        />
        <TextField label="Path" code value={request.path} onChange={(path) => onChange({ ...request, path })} />
      </div>
      {request.path.includes('{') && <p class="hint">Put a value in place of each parameter in braces.</p>}
      <Pairs
        label="Headers"
        hint={
          isHidden(request)
            ? `${HIDDEN} stands for what it was in the past event, as long as the platform has not been ended.`
            : undefined
        }
        value={request.headers}
        onChange={(headers) => onChange({ ...request, headers })}
      />
    </>
  );
}

const isHidden = ({ path, headers }: Extract<SendRequest, { kind: 'http' | 'authorizer' }>): boolean =>
  [path, ...Object.values(headers)].some((text) => text.includes(HIDDEN));

function BusForm({ request, onChange }: FormProps<'bus'>) {
  return (
    <>
      <div class="pair">
        <TextField label="Type" code value={request.type} onChange={(type) => onChange({ ...request, type })} />
        <TextField
          label="Source"
          code
          placeholder="console"
          value={request.source ?? ''}
          onChange={(source) => onChange({ ...request, source: source || undefined })}
        />
      </div>
      <Body label="Data" value={request.data} onChange={(data) => onChange({ ...request, data })} />
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
        <TextField
          label="Group, for queues that keep the order"
          value={request.group ?? ''}
          onChange={(group) => onChange({ ...request, group: group || undefined })}
        />
      </div>
    </>
  );
}

function ObjectForm({ request, onChange }: FormProps<'objects'>) {
  return (
    <>
      <div class="pair path">
        <SelectField
          label="Event"
          value={request.type}
          options={[
            ['created', 'created'],
            ['deleted', 'deleted'],
          ]}
          onChange={(type) => onChange({ ...request, type })}
        />
        <TextField label="Key" code value={request.key} onChange={(key) => onChange({ ...request, key })} />
      </div>
      {request.type === 'created' && (
        <>
          <TextField
            label="Content type"
            value={request.contentType ?? ''}
            onChange={(contentType) => onChange({ ...request, contentType: contentType || undefined })}
          />
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
