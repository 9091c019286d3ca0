import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { ApiNode, AuthorizerSummary, RouteSummary, TokenRequest } from '../../../lib/platforms/local/console/protocol.js';
import { api } from '../state/api.js';
import { Dialog } from '../ui/dialog.js';
import { SelectField, TextField } from '../ui/fields.js';
import { say, sayError } from '../ui/toasts.js';
import { nodeOf } from './addresses.js';
import { matchesPath } from './send-state.js';

export interface Header {
  readonly name: string;
  readonly value: string;
}

const LIFETIMES: readonly (readonly [seconds: number, text: string])[] = [
  [300, '5 minutes'],
  [3600, 'an hour'],
  [86_400, 'a day'],
  [1, 'a second: to see it refused'],
];

interface Wishes {
  readonly subject: string;
  /** Undefined: what the route asks for. */
  readonly scopes?: string;
  readonly audience?: string;
  readonly lifetimeSeconds: number;
  readonly claims: string;
}

/** What tokens are made with, until the page is loaded again: most often the same as last time. */
const wishes = signal<Wishes>({ subject: 'test-user', lifetimeSeconds: 3600, claims: '' });

interface Guard {
  readonly authorizer: AuthorizerSummary;
  readonly route?: RouteSummary;
}

/** What takes tokens for a request: the authorizer of its route, or the only one of the API. */
export function guardOf(apiId: string, method: string, path: string): Guard | undefined {
  const node = nodeOf(apiId);
  if (node?.kind !== 'api') return undefined;
  const route = (node as ApiNode).routes.find(
    (each) => (each.method === method || each.method === 'ANY') && matchesPath(each.path, path.split('?')[0]!),
  );
  const authorizer = node.authorizers.find(({ id, mintsTokens }) => mintsTokens && id === route?.authorizerId);
  return authorizer && { authorizer, route };
}

/** A token for a request, as was wished for. */
export function mintFor({ authorizer, route }: Guard): Promise<Header> {
  const { subject, scopes = route?.scopes?.[0] ?? '', audience, lifetimeSeconds, claims } = wishes.value;
  const request = (): TokenRequest => ({
    authorizerId: authorizer.id,
    subject,
    scopes: scopes.split(/[\s,]+/).filter((scope) => scope !== ''),
    audience: authorizer.audiences?.includes(audience ?? '') ? audience : undefined,
    lifetimeSeconds,
    claims: claims.trim() === '' ? undefined : JSON.parse(claims),
  });
  return new Promise<TokenRequest>((resolve) => resolve(request())).then(api.mintToken).then(({ header }) => header);
}

/** A button that puts a test token into a request's headers, and one for what is in it. */
export function AddToken(props: { apiId: string; method: string; path: string; onToken: (header: Header) => void }) {
  const [open, setOpen] = useState(false);
  const guard = guardOf(props.apiId, props.method, props.path);
  if (guard === undefined) return null;
  const add = () =>
    mintFor(guard).then((header) => {
      props.onToken(header);
      say(`A token for ${wishes.value.subject} is in the headers`);
      setOpen(false);
    }, sayError);
  return (
    <div class="row">
      <button type="button" class="small" onClick={add}>
        Add a test token
      </button>
      <button type="button" class="small quiet" onClick={() => setOpen(true)}>
        What is in it …
      </button>
      <Dialog label="Test token" open={open} onClose={() => setOpen(false)}>
        <TokenForm guard={guard} onMint={add} onClose={() => setOpen(false)} />
      </Dialog>
    </div>
  );
}

function TokenForm({ guard, onMint, onClose }: { guard: Guard; onMint: () => void; onClose: () => void }) {
  const { authorizer, route } = guard;
  const {
    subject,
    scopes = route?.scopes?.[0] ?? '',
    audience = authorizer.audiences?.[0],
    lifetimeSeconds,
    claims,
  } = wishes.value;
  const wish = (part: Partial<Wishes>) => {
    wishes.value = { ...wishes.value, ...part };
  };
  const copy = () =>
    mintFor(guard)
      .then(({ value }) => navigator.clipboard.writeText(value.replace(/^Bearer /, '')))
      .then(() => say('A token is in the clipboard'), sayError);
  return (
    <form
      class="dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        onMint();
      }}
    >
      <h2>Test token for {authorizer.label}</h2>
      <p class="muted">
        Signed with a key of this machine, which nothing else accepts.
        {authorizer.requires && ` The authorizer wants: ${authorizer.requires}.`}
      </p>
      <TextField label="Subject" value={subject} onChange={(value) => wish({ subject: value })} />
      <TextField
        label="Scopes"
        placeholder="orders:read orders:write"
        value={scopes}
        onChange={(value) => wish({ scopes: value })}
      />
      <div class="pair">
        <SelectField
          label="Audience"
          value={audience ?? ''}
          options={(authorizer.audiences ?? []).map((each) => [each, each] as const)}
          onChange={(value) => wish({ audience: value })}
        />
        <SelectField
          label="Holds for"
          value={lifetimeSeconds}
          options={LIFETIMES}
          onChange={(value) => wish({ lifetimeSeconds: value })}
        />
      </div>
      <label class="field">
        <span>Further claims, as JSON</span>
        <textarea
          rows={3}
          spellcheck={false}
          placeholder='{ "email": "ann@shop.example" }'
          value={claims}
          onInput={(event) => wish({ claims: event.currentTarget.value })}
        />
      </label>
      <div class="row">
        <button type="submit" class="primary">
          Mint
        </button>
        <button type="button" onClick={() => void copy()}>
          Copy
        </button>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}
