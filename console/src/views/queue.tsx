import { useEffect, useState } from 'preact/hooks';
import type { QueuedMessage, QueueState } from '../../../lib/platforms/local/console/protocol.js';
import { age, count, nameOf, plural } from '../format.js';
import { api } from '../state/api.js';
import { followQueues, generation, queues } from '../state/live.js';
import { useResource } from '../state/resource.js';
import { adjust, query, to } from '../state/router.js';
import { Confirm } from '../ui/dialog.js';
import { Choice, Empty, ErrorNote, Facts, Loading, NoSuch, View } from '../ui/parts.js';
import { say, sayError } from '../ui/toasts.js';
import { Message } from './message.js';

type Which = 'waiting' | 'dead';

export function QueueView({ id }: { id: string }) {
  useEffect(followQueues, []);
  const queue = queues.value?.find((one) => one.id === id);
  if (queues.value === undefined)
    return (
      <View title={nameOf(id)}>
        <Loading />
      </View>
    );
  if (queue === undefined) return <NoSuch what="queue" id={id} list="/queues" />;
  return <Detail queue={queue} />;
}

function Detail({ queue }: { queue: QueueState }) {
  const waiting = queue.ready + queue.delayed + queue.inFlight;
  // What is of interest on arrival; it stays when the last dead letter is gone.
  const [first] = useState<Which>(queue.deadLetters > 0 ? 'dead' : 'waiting');
  const which = (query.value.get('show') ?? first) as Which;
  const [asks, setAsks] = useState<Which>();
  const messages = useResource(`${queue.id} ${which} ${generation.value} ${queue.revision}`, () =>
    api.messages(queue.id, { state: which === 'dead' ? 'dead' : undefined, limit: 100 }),
  );
  const [last, setLast] = useState<{ which: Which; items: readonly QueuedMessage[] }>();
  if (messages.data && last?.items !== messages.data.items) setLast({ which, items: messages.data.items });
  const items = messages.data?.items ?? (last?.which === which ? last.items : undefined);

  const redrive = (messageId?: string) =>
    api.redrive(queue.id, messageId).then(({ count: moved }) => {
      say(`${plural(moved, 'message')} will be delivered again`);
      messages.reload();
    }, sayError);
  const purge = (what: Which) =>
    api.purge(queue.id, what).then(({ count: moved }) => {
      say(`${plural(moved, 'message')} dropped`);
      messages.reload();
    }, sayError);

  return (
    <View
      title={queue.label}
      kind={queue.kind}
      lead={queue.kind === 'queue' ? queue.id : 'Events that wait for this function.'}
      actions={
        queue.kind === 'queue' && (
          <a class="button" href={to('send', undefined, { to: queue.id })}>
            Send a message
          </a>
        )
      }
    >
      <div class="card padded">
        <Facts
          large
          facts={[
            ['Waiting', count(queue.ready)],
            ['Delayed', count(queue.delayed)],
            ['In flight', count(queue.inFlight)],
            ['Oldest', age(queue.oldestAgeMs)],
            [
              'Dead letters',
              <span key="dead" class={queue.deadLetters > 0 ? 'bad' : ''}>
                {count(queue.deadLetters)}
              </span>,
            ],
            ['Attempts', `up to ${queue.maxAttempts}`],
          ]}
        />
      </div>
      <div class="row spread">
        <Choice
          label="Messages"
          value={which}
          options={[
            ['dead', `Dead letters (${count(queue.deadLetters)})`],
            ['waiting', `On their way (${count(waiting)})`],
          ]}
          onChange={(value) => adjust({ show: value })}
        />
        <div class="row">
          {which === 'dead' && queue.deadLetters > 0 && (
            <button type="button" class="primary" onClick={() => redrive()}>
              Redrive all
            </button>
          )}
          {(which === 'dead' ? queue.deadLetters : queue.ready + queue.delayed) > 0 && (
            <button type="button" class="danger" onClick={() => setAsks(which)}>
              Purge …
            </button>
          )}
        </div>
      </div>
      {messages.error && <ErrorNote error={messages.error} retry={messages.reload} />}
      {items === undefined && !messages.error && <Loading />}
      {items?.length === 0 && (which === 'dead' ? <NoneDead maxAttempts={queue.maxAttempts} /> : <NoneWaiting queue={queue} />)}
      {items !== undefined && items.length > 0 && (
        <ul class="stack">
          {items.map((message) => (
            <Message
              key={message.id}
              message={message}
              onRedrive={message.state === 'dead' ? () => redrive(message.id) : undefined}
            />
          ))}
        </ul>
      )}
      <Confirm
        open={asks !== undefined}
        title={asks === 'dead' ? 'Drop all dead letters?' : 'Drop all waiting messages?'}
        action="Purge"
        onConfirm={() => asks && purge(asks)}
        onClose={() => setAsks(undefined)}
      >
        {asks === 'dead'
          ? `${plural(queue.deadLetters, 'dead letter')} of ${queue.label} will be gone for good.`
          : `${plural(queue.ready + queue.delayed, 'message')} of ${queue.label} will be gone for good; those in flight stay.`}
      </Confirm>
    </View>
  );
}

function NoneDead({ maxAttempts }: { maxAttempts: number }) {
  return (
    <div class="card">
      <Empty title="No dead letters">
        <p>
          A message whose function failed {plural(maxAttempts, 'time')} would lie here, with the reason, until you redrive or
          purge it.
        </p>
      </Empty>
    </div>
  );
}

function NoneWaiting({ queue }: { queue: QueueState }) {
  return (
    <div class="card">
      <Empty
        title="Nothing waits"
        actions={
          queue.kind === 'queue' && (
            <a class="button" href={to('send', undefined, { to: queue.id })}>
              Send a message
            </a>
          )
        }
      >
        <p>Everything that was sent has been worked on.</p>
      </Empty>
    </div>
  );
}
