import { useEffect, useRef, useState } from 'preact/hooks';
import type { SampleEvent, SavedEvent, SendRequest, SendResult } from '../../../lib/platforms/local/console/protocol.js';
import { api } from '../state/api.js';
import { graph } from '../state/live.js';
import { useResource } from '../state/resource.js';
import { adjust, query } from '../state/router.js';
import { Dialog } from '../ui/dialog.js';
import { Empty, View } from '../ui/parts.js';
import { say, sayError } from '../ui/toasts.js';
import { madeOf, PastEvents } from './past-events.js';
import { RequestForm } from './request-form.js';
import { Response } from './response.js';
import { functionsOf, idOf, samplesFor, type Target, targetNamed, targetOf, targets } from './send-state.js';
import { guardOf, mintFor } from './token.js';

export function SendView() {
  const all = targets();
  return (
    <View
      title="Send"
      lead="Send a request, a message or an object the way the outside would: through the API and its authorizers, through queues and filters."
    >
      {all.length === 0 ? (
        <div class="card">
          <Empty title="There is nothing to send to">
            <p>Give the service a function, and something that starts it.</p>
          </Empty>
        </div>
      ) : (
        <Composer all={all} />
      )}
    </View>
  );
}

function Composer({ all }: { all: readonly Target[] }) {
  const named = query.value.get('to');
  const eventId = query.value.get('event');
  const target = (named && targetNamed(named, all)) || all[0]!;
  const [request, setRequest] = useState<SendRequest>(target.request);
  const [result, setResult] = useState<SendResult | Error>();
  const [sending, setSending] = useState(false);
  const [sent, setSent] = useState(0);
  const [naming, setNaming] = useState(false);
  const saved = useResource('saved', () => api.savedEvents());
  const samples = useSamples(target, all);
  const edited = useRef(false);

  const choose = (next: Target) => {
    edited.current = false;
    setRequest(next.request);
    setResult(undefined);
    adjust({ to: next.id, event: undefined });
  };
  const take = (next: SendRequest) => {
    edited.current = true;
    setRequest(next);
    setResult(undefined);
    adjust({ to: targetOf(next, all)?.id, event: undefined });
  };
  useEffect(() => {
    if (!edited.current) setRequest(samples[0]?.request ?? target.request);
  }, [target.id, samples]);
  useEffect(() => {
    if (eventId === null) return;
    api.events({ limit: 200 }).then(({ items }) => {
      const event = items.find(({ id }) => id === eventId);
      const made = event && madeOf(event);
      if (made) take(made);
      else say('This event is not kept any more; what you see is a new one', 'bad');
    }, sayError);
  }, [eventId]);

  const send = async (asked = request) => {
    if (sending) return;
    setSending(true);
    try {
      setResult(await api.send(asked));
      setSent((times) => times + 1);
    } catch (error) {
      setResult(error as Error);
    } finally {
      setSending(false);
    }
  };
  const guard = request.kind === 'http' ? guardOf(request.apiId, request.method, request.path) : undefined;
  const sendWithToken = (wanted: NonNullable<typeof guard>) =>
    mintFor(wanted).then(({ name, value }) => {
      if (request.kind !== 'http') return;
      const others = Object.entries(request.headers).filter(([each]) => each.toLowerCase() !== name);
      const next = { ...request, headers: { ...Object.fromEntries(others), [name]: value } };
      edited.current = true;
      setRequest(next);
      void send(next);
    }, sayError);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void send();
  };

  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Ctrl Enter sends from wherever the focus is in the form */}
      <div class="halves send" onKeyDown={onKeyDown}>
        <section class="card padded stack" aria-label="Event">
          <div class="pair">
            <div class="field">
              <label for="send-to">To</label>
              <TargetSelect all={all} target={target} onChoose={choose} />
            </div>
            <div class="field">
              <label for="send-from">Start from</label>
              <StartSelect samples={samples} saved={saved.data ?? []} target={target} onChoose={take} />
            </div>
          </div>
          <RequestForm
            request={request}
            onChange={(next) => {
              edited.current = true;
              setRequest(next);
            }}
          />
          <div class="row">
            <button type="button" class="primary" onClick={() => send()} disabled={sending}>
              {sending ? 'Sending …' : 'Send'}
            </button>
            <kbd>Ctrl Enter</kbd>
            <button type="button" onClick={() => setNaming(true)}>
              Save as …
            </button>
          </div>
        </section>
        <Response result={result} request={request} onToken={guard && (() => sendWithToken(guard))} />
      </div>
      <Saved saved={saved.data ?? []} all={all} onTake={take} onChanged={saved.reload} />
      <PastEvents round={sent} resourceId={idOf(request)} onTake={take} />
      <SaveDialog
        open={naming}
        onClose={() => setNaming(false)}
        onSave={(name) =>
          api.saveEvent(name, request).then(() => {
            say(`Saved as “${name}”`);
            saved.reload();
          }, sayError)
        }
      />
    </>
  );
}

const NONE: readonly SampleEvent[] = [];

function useSamples(target: Target, all: readonly Target[]): readonly SampleEvent[] {
  const loaded = useResource(`${target.id} ${graph.value?.revision}`, async () => {
    const lists = await Promise.all(functionsOf(target).map((id) => api.samples(id)));
    return samplesFor(target, lists.flat(), all);
  });
  return loaded.data ?? NONE;
}

function TargetSelect({ all, target, onChoose }: { all: readonly Target[]; target: Target; onChoose: (target: Target) => void }) {
  const groups = [...new Set(all.map(({ group }) => group))];
  return (
    <select
      id="send-to"
      value={target.id}
      onChange={(event) => onChoose(all.find(({ id }) => id === event.currentTarget.value)!)}
    >
      {groups.map((group) => (
        <optgroup key={group} label={group}>
          {all
            .filter((each) => each.group === group)
            .map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
        </optgroup>
      ))}
    </select>
  );
}

function StartSelect(props: {
  samples: readonly SampleEvent[];
  saved: readonly SavedEvent[];
  target: Target;
  onChoose: (request: SendRequest) => void;
}) {
  const options = [
    ...props.samples.map(({ name, request }) => ({ name, request, group: 'Samples' })),
    { name: 'An empty event', request: props.target.request, group: 'Samples' },
    ...props.saved.map(({ name, request }) => ({ name, request, group: 'Saved' })),
  ];
  return (
    <select
      id="send-from"
      value=""
      onChange={(event) => event.currentTarget.value && props.onChoose(options[Number(event.currentTarget.value)]!.request)}
    >
      <option value="">what is below</option>
      {['Samples', 'Saved'].map((group) => (
        <optgroup key={group} label={group}>
          {options.map((option, index) =>
            option.group === group ? (
              <option key={`${group} ${option.name}`} value={index}>
                {option.name}
              </option>
            ) : null,
          )}
        </optgroup>
      ))}
    </select>
  );
}

function Saved(props: {
  saved: readonly SavedEvent[];
  all: readonly Target[];
  onTake: (request: SendRequest) => void;
  onChanged: () => void;
}) {
  if (props.saved.length === 0) return null;
  const remove = ({ id, name }: SavedEvent) =>
    api.deleteSavedEvent(id).then(() => {
      say(`“${name}” is deleted`);
      props.onChanged();
    }, sayError);
  return (
    <section class="stack">
      <h2>Saved events</h2>
      <ul class="card saved">
        {props.saved.map((event) => (
          <li key={event.id} class="row spread">
            <span>
              <strong>{event.name}</strong> <span class="muted">{targetOf(event.request, props.all)?.label}</span>
            </span>
            <span class="row">
              <button type="button" class="small" aria-label={`Edit ${event.name}`} onClick={() => props.onTake(event.request)}>
                Edit
              </button>
              <button type="button" class="small danger" aria-label={`Delete ${event.name}`} onClick={() => remove(event)}>
                Delete
              </button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function SaveDialog({ open, onClose, onSave }: { open: boolean; onClose: () => void; onSave: (name: string) => void }) {
  const [name, setName] = useState('');
  return (
    <Dialog label="Save this event" open={open} onClose={onClose}>
      <form
        class="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() === '') return;
          onSave(name.trim());
          setName('');
          onClose();
        }}
      >
        <h2>Save this event</h2>
        <label class="field">
          <span>Name</span>
          <input type="text" value={name} required maxLength={200} onInput={(event) => setName(event.currentTarget.value)} />
          <span class="hint">It stays after a restart. An event of that name is replaced.</span>
        </label>
        <div class="row">
          <button type="submit" class="primary">
            Save
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
