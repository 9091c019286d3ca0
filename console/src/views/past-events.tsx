import { useState } from 'preact/hooks';
import type { Page, PastEvent, SendRequest } from '../../../lib/platforms/local/console/protocol.js';
import { api } from '../state/api.js';
import { generation, recent } from '../state/live.js';
import { useResource } from '../state/resource.js';
import { adjust, go, query, to } from '../state/router.js';
import { useLast } from '../state/window.js';
import { KindIcon } from '../ui/icons.js';
import { Ago, Choice, Empty, ErrorNote, Loading, Table } from '../ui/parts.js';
import { say, sayError } from '../ui/toasts.js';
import { labelOf, nodeOf } from './addresses.js';

/** What sends a past event again, which knows where its credentials are. */
export const madeOf = ({ id, request }: PastEvent): SendRequest | undefined =>
  request?.kind === 'http' ? { ...request, eventId: id } : request;

/** Whatever came in before, from anywhere: to send again, as it was or edited. */
export function PastEvents(props: { round: number; resourceId: string; onTake: (request: SendRequest) => void }) {
  const isOne = query.value.get('past') === 'one';
  return (
    <section class="stack">
      <div class="row spread">
        <h2>Past events</h2>
        <Choice
          label="Past events of"
          value={isOne ? 'one' : 'all'}
          options={[
            ['all', 'All'],
            ['one', `To ${labelOf(props.resourceId)}`],
          ]}
          onChange={(value) => adjust({ past: value === 'one' ? value : undefined })}
        />
      </div>
      <EventTable key={isOne ? props.resourceId : ''} {...props} resourceId={isOne ? props.resourceId : undefined} />
    </section>
  );
}

function EventTable(props: { round: number; resourceId: string | undefined; onTake: (request: SendRequest) => void }) {
  const { round, resourceId, onTake } = props;
  const ask = (limit: number, cursor?: string) => api.events({ resourceId, limit, cursor });
  const first = useResource(`${round} ${generation.value} ${recent.value[0]?.id}`, () => ask(25));
  const latest = useLast(first.data, '');
  const [older, setOlder] = useState<Page<PastEvent>>();
  const known = new Set(latest?.items.map(({ id }) => id));
  const items = [...(latest?.items ?? []), ...(older?.items ?? []).filter(({ id }) => !known.has(id))];
  const cursor = older ? older.nextCursor : latest?.nextCursor;
  const showOlder = () =>
    ask(100, cursor).then(
      // What was among the latest until now stays, whatever comes in.
      (page) => setOlder({ ...page, items: [...items, ...page.items] }),
      sayError,
    );
  const replay = (id: string) =>
    api.replay(id).then((result) => {
      say('Sent again');
      go(to('traces', result.traceId));
    }, sayError);
  if (first.error) return <ErrorNote error={first.error} retry={first.reload} />;
  if (latest === undefined) return <Loading />;
  return (
    <>
      <div class="card">
        {items.length === 0 ? (
          <Empty title="Nothing has come in yet">
            <p>Every request, message and event that arrives is kept here for a while, to be sent again.</p>
          </Empty>
        ) : (
          <Table label="Past events" head={['To', 'Event', 'When', '(Actions)']}>
            {items.map((event) => (
              <tr key={event.id}>
                <td>
                  <span class="named">
                    <KindIcon kind={nodeOf(event.resourceId)?.kind ?? event.kind} />
                    {labelOf(event.resourceId)}
                  </span>
                </td>
                <td class="grow">
                  <div class="truncate">{event.title}</div>
                </td>
                <td class="muted">
                  <Ago timeMs={event.timeMs} />
                </td>
                <td>
                  <span class="row" style={{ flexWrap: 'nowrap', justifyContent: 'flex-end' }}>
                    {event.traceId && (
                      <a class="button small" href={to('traces', event.traceId)} aria-label={`Trace of ${event.title}`}>
                        Trace
                      </a>
                    )}
                    {event.request ? (
                      <>
                        <button
                          type="button"
                          class="small"
                          aria-label={`Edit ${event.title}`}
                          onClick={() => {
                            onTake(madeOf(event)!);
                            document.querySelector('h1')?.focus();
                            scrollTo(0, 0);
                          }}
                        >
                          Edit
                        </button>
                        <button type="button" class="small" aria-label={`Replay ${event.title}`} onClick={() => replay(event.id)}>
                          Replay
                        </button>
                      </>
                    ) : (
                      <span class="hint">too large to keep</span>
                    )}
                  </span>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </div>
      {cursor !== undefined && (
        <div>
          <button type="button" onClick={showOlder}>
            Show older ones
          </button>
        </div>
      )}
    </>
  );
}
