import type { SendRequest, SendResult } from '../../../lib/platforms/local/console/protocol.js';
import { duration } from '../format.js';
import type { ApiError } from '../state/api.js';
import { recent } from '../state/live.js';
import { to } from '../state/router.js';
import { ErrorNote } from '../ui/parts.js';
import { Headers, PayloadView } from '../ui/payload.js';
import { useTrace } from './trace.js';
import { Waterfall } from './waterfall.js';

const OUTCOMES: Readonly<Record<SendRequest['kind'], string>> = {
  http: 'Answered',
  call: 'Returned',
  queue: 'The message is in the queue',
  topic: 'Published',
  schedule: 'Started',
  objects: 'The bucket has it',
  authorizer: 'Answered',
  bus: 'Published',
};

/** What came back, and what it set in motion. */
export function Response({
  result,
  request,
  onToken,
}: {
  result: SendResult | Error | undefined;
  request: SendRequest;
  /** Sends it again with a test token, where one would be taken. */
  onToken?: () => void;
}) {
  return (
    <section class="stack response" aria-label="Outcome" aria-live="polite">
      {result === undefined ? (
        <div class="card padded stack waiting">
          <h2>What comes back appears here</h2>
          <p class="muted">
            With the trace of all it set in motion: what it started, what went through queues, what those started. Nothing runs
            before you send.
          </p>
        </div>
      ) : result instanceof Error ? (
        <ErrorNote error={result as ApiError} />
      ) : (
        <Outcome key={result.traceId} result={result} kind={request.kind} onToken={onToken} />
      )}
    </section>
  );
}

function Outcome({ result, kind, onToken }: { result: SendResult; kind: SendRequest['kind']; onToken?: () => void }) {
  const { response, error } = result;
  // What was refused started nothing, so that there is no trace to ask for.
  const ran = (response?.status ?? 200) < 400 || recent.value.some(({ traceId }) => traceId === result.traceId);
  const trace = useTrace(ran ? result.traceId : undefined);
  const tone = error || (response?.status ?? 200) >= 500 ? 'bad' : (response?.status ?? 200) >= 400 ? 'warn' : 'good';
  const text = error ? 'The function failed' : response?.status !== undefined ? `Status ${response.status}` : OUTCOMES[kind];
  return (
    <>
      <div class="card padded stack">
        <div class="row spread">
          <h2 class={`status ${tone}`} style={{ fontSize: '15px' }}>
            {text}
          </h2>
          {response && <span class="muted">{duration(response.durationMs)}</span>}
        </div>
        {onToken && (response?.status === 401 || response?.status === 403) && (
          <div class="row">
            <button type="button" onClick={onToken}>
              Send again with a test token
            </button>
          </div>
        )}
        {error && (
          <div class="note bad">
            <strong>
              {error.name}: {error.message}
            </strong>
            {error.stack && <pre class="stack-trace">{error.stack}</pre>}
          </div>
        )}
        {response?.body && <PayloadView payload={response.body} label="Response body" />}
        {response?.headers && <Headers headers={response.headers} />}
      </div>
      <div class="row spread">
        <h2>What it set in motion</h2>
        {ran && <a href={to('traces', result.traceId)}>Open the trace</a>}
      </div>
      {trace.data && trace.data.spans.length > 0 ? (
        <Waterfall trace={trace.data} />
      ) : (
        <p class="muted">{ran ? 'Nothing has run yet.' : 'Nothing: it was refused before any function ran.'}</p>
      )}
    </>
  );
}
