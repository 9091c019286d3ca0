import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { SocketState, TestConnection } from '../../../lib/platforms/local/console/protocol.js';
import { clock, exact, plural, pretty } from '../format.js';
import { api } from '../state/api.js';
import { sockets, testConnections } from '../state/live.js';
import { to } from '../state/router.js';
import { TextField } from '../ui/fields.js';
import { KindIcon } from '../ui/icons.js';
import { Ago, Empty, Loading, View } from '../ui/parts.js';
import { sayError } from '../ui/toasts.js';
import { Pairs } from './pairs.js';

export function SocketsView() {
  return (
    <View
      title="WebSockets"
      lead="Who is connected, and a client to try it: it passes the authorizer and $connect, and sends and hears what others would."
    >
      {sockets.value === undefined && <Loading />}
      {sockets.value?.length === 0 && (
        <div class="card">
          <Empty title="This service has no WebSocket API">
            <p>Clients of one stay connected: functions take what they send, and send to them when there is news.</p>
            <pre>{"new WebSocketApi(this, 'Chat', { routes: { say: new ServerlessFunction(this, 'Say', { … }) } });"}</pre>
          </Empty>
        </div>
      )}
      {sockets.value?.map((socket) => (
        <Socket key={socket.id} socket={socket} />
      ))}
    </View>
  );
}

function Socket({ socket }: { socket: SocketState }) {
  const own = testConnections.value.filter(({ socketId }) => socketId === socket.id).toReversed();
  return (
    <section class="stack" aria-label={socket.label}>
      <div class="card">
        <div class="card-head">
          <h2 class="named">
            <KindIcon kind="websocket" />
            {socket.label}
            <span class={socket.connectionCount > 0 ? 'badge accent' : 'badge'}>
              {plural(socket.connectionCount, 'open connection')}
            </span>
          </h2>
          <span class="row">
            <code>{socket.url}</code>
            <a class="button small" href={to('', undefined, { node: socket.id })}>
              In the graph
            </a>
          </span>
        </div>
        <Connect socket={socket} />
      </div>
      {own.map((connection) => (
        <Client key={connection.id} connection={connection} />
      ))}
    </section>
  );
}

function Connect({ socket }: { socket: SocketState }) {
  const [query, setQuery] = useState('');
  const [headers, setHeaders] = useState<Record<string, string>>({});
  const [connecting, setConnecting] = useState(false);
  const [refused, setRefused] = useState<string>();
  const connect = () => {
    setConnecting(true);
    setRefused(undefined);
    api
      .connect({ socketId: socket.id, query: query.replace(/^\?/, ''), headers })
      .catch((error) => setRefused((error as Error).message))
      .finally(() => setConnecting(false));
  };
  return (
    <form
      class="stack padded"
      onSubmit={(event) => {
        event.preventDefault();
        connect();
      }}
    >
      <div class="pair">
        <TextField label="Query" code placeholder="token=…&room=1" value={query} onChange={setQuery} />
        <Pairs label="Headers" value={headers} onChange={setHeaders} />
      </div>
      {refused && (
        <p class="note bad" role="alert">
          {refused}
        </p>
      )}
      <div class="row">
        <button type="submit" class="primary" disabled={connecting}>
          {connecting ? 'Connecting …' : 'Connect'}
        </button>
      </div>
    </form>
  );
}

/** What was said, scrolled to the end whenever something is. */
function Talk({ messages, messagesDropped }: Pick<TestConnection, 'messages' | 'messagesDropped'>) {
  const list = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [messages]);
  return (
    <ol class="talk" aria-label="What was said" aria-live="polite" tabIndex={0} ref={list}>
      {messagesDropped > 0 && <li class="hint">{plural(messagesDropped, 'earlier message')}</li>}
      {messages.map(({ direction, timeMs, text, truncated }, index) => (
        <li key={messagesDropped + index} class={direction}>
          <span class="muted">
            {direction} <time dateTime={exact(timeMs)}>{clock(timeMs)}</time>
          </span>
          <pre>{pretty(text)}</pre>
          {truncated && <span class="hint">only the beginning is shown</span>}
        </li>
      ))}
    </ol>
  );
}

function Client({ connection: { id, openTimeMs, closed, messages, messagesDropped } }: { connection: TestConnection }) {
  const [text, setText] = useState('{ "action": "" }');
  const send = () => api.sendTo(id, text).catch(sayError);
  const end = () =>
    api.disconnect(id).then(() => {
      if (closed) testConnections.value = testConnections.value.filter((each) => each.id !== id);
    }, sayError);
  return (
    <section class="card" aria-label="Test connection">
      <div class="card-head">
        <span class="row">
          <span class={closed ? 'status none' : 'status good'}>{closed ? 'Closed' : 'Open'}</span>
          <span class="muted">
            {closed ? (
              `code ${closed.code}${closed.reason && `, ${closed.reason}`}`
            ) : (
              <>
                since <Ago timeMs={openTimeMs} />
              </>
            )}
          </span>
        </span>
        <button type="button" class="small" onClick={end}>
          {closed ? 'Remove' : 'Close'}
        </button>
      </div>
      <div class="stack padded">
        {messages.length === 0 ? (
          <p class="muted">Nothing was said yet.</p>
        ) : (
          <Talk messages={messages} messagesDropped={messagesDropped} />
        )}
        {!closed && (
          <div class="field">
            <label for={`say-${id}`}>Message</label>
            <textarea
              id={`say-${id}`}
              rows={3}
              spellcheck={false}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
                event.preventDefault();
                void send();
              }}
            />
            <div class="row">
              <button type="button" class="primary" onClick={send}>
                Send
              </button>
              <kbd>Ctrl Enter</kbd>
            </div>
          </div>
        )}
      </div>
    </section>
  );
}
