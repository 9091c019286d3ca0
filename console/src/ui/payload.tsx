import type { Payload } from '../../../lib/platforms/local/console/protocol.js';
import { bytes, plural, pretty } from '../format.js';
import { Icon } from './icons.js';
import { say } from './toasts.js';

/** Larger texts are shown in one colour: a thousand elements for a picture that nobody reads would take time. */
const MAX_COLOURED = 20_000;

/** A body as text. Whatever it holds, it is text: nothing of it is read as markup. */
export function PayloadView({ payload, label }: { payload: Payload; label: string }) {
  const text = payload.encoding === 'base64' ? payload.text : pretty(payload.text);
  return (
    <figure class="stack" style={{ gap: '4px' }}>
      <div class="payload">
        <section aria-label={label} tabIndex={0}>
          <pre>{text === '' ? <span class="muted">empty</span> : <Json text={text} />}</pre>
        </section>
        <CopyButton text={text} label={`Copy ${label.toLowerCase()}`} />
      </div>
      <figcaption class="hint">
        {bytes(payload.sizeBytes)}
        {payload.contentType && `, ${payload.contentType}`}
        {payload.encoding === 'base64' && ', shown as base64'}
        {payload.truncated && ', only the beginning is shown'}
      </figcaption>
    </figure>
  );
}

/** Headers of a request or answer, on demand. */
export function Headers({ headers }: { headers: Readonly<Record<string, string>> }) {
  const list = Object.entries(headers);
  if (list.length === 0) return null;
  return (
    <details>
      <summary>{plural(list.length, 'header')}</summary>
      <dl class="headers mono">
        {list.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => say('Copied'),
      () => say('The browser does not let this page copy; select the text instead', 'bad'),
    );
  return (
    <button type="button" class="copy small quiet" aria-label={label} title={label} onClick={copy}>
      <Icon name="copy" />
    </button>
  );
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\b\d[\d.eE+-]*/g;

/** Colours for keys, texts and literals, as elements. */
function Json({ text }: { text: string }) {
  if (text.length > MAX_COLOURED || !/^\s*[[{]/.test(text)) return <>{text}</>;
  const shown = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon] = match;
    shown.push(text.slice(end, match.index));
    const tone = string === undefined ? 'json-literal' : colon === undefined ? 'json-text' : 'json-key';
    shown.push(
      <span class={tone} key={match.index}>
        {string ?? whole}
      </span>,
      colon ?? '',
    );
    end = match.index + whole.length;
  }
  shown.push(text.slice(end));
  return <>{shown}</>;
}
