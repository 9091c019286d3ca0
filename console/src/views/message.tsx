import type { QueuedMessage } from '../../../lib/platforms/local/console/protocol.js';
import { plural } from '../format.js';
import { to } from '../state/router.js';
import { Ago } from '../ui/parts.js';
import { PayloadView } from '../ui/payload.js';

const STATES: Readonly<Record<QueuedMessage['state'], string>> = {
  ready: 'waiting',
  delayed: 'delayed',
  inFlight: 'in flight',
  dead: 'dead',
};

/** A message with all that is known about it. */
export function Message({ message, onRedrive }: { message: QueuedMessage; onRedrive?: () => void }) {
  const attributes = Object.entries(message.attributes);
  return (
    <li class="card message">
      <div class="card-head">
        <span class="row">
          <span class={message.state === 'dead' ? 'badge bad' : 'badge'}>{STATES[message.state] ?? message.state}</span>
          <code class="truncate">{message.id}</code>
        </span>
        <span class="row">
          {message.lastInvocationId && (
            <a class="button small" href={to('invocations', message.lastInvocationId)}>
              Last run
            </a>
          )}
          {message.traceId && (
            <a class="button small" href={to('traces', message.traceId)}>
              Trace
            </a>
          )}
          {onRedrive && (
            <button type="button" class="small" onClick={onRedrive}>
              Redrive
            </button>
          )}
        </span>
      </div>
      <div class="stack padded">
        {message.deathReason && (
          <p>
            <strong class="bad">{message.deathReason}</strong>
            {message.deathTimeMs !== undefined && (
              <span class="muted">
                {' '}
                · <Ago timeMs={message.deathTimeMs} />
              </span>
            )}
          </p>
        )}
        {message.lastError && (
          <p>
            <code>
              {message.lastError.name}: {message.lastError.message}
            </code>
          </p>
        )}
        <PayloadView payload={message.body} label={`Body of ${message.id}`} />
        <p class="hint row" style={{ gap: '4px 16px' }}>
          <span>
            sent <Ago timeMs={message.sentTimeMs} />
          </span>
          <span>{plural(message.attempts, 'delivery', 'deliveries')}</span>
          {message.visibleTimeMs !== undefined && (
            <span>
              {message.state === 'inFlight' ? 'delivered again ' : 'ready '}
              <Ago timeMs={message.visibleTimeMs} />
            </span>
          )}
          {message.group !== undefined && <span>group {message.group}</span>}
          {attributes.map(([name, value]) => (
            <span key={name}>
              {name}: {value}
            </span>
          ))}
        </p>
      </div>
    </li>
  );
}
