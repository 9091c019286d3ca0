import { useState } from 'preact/hooks';
import { api } from '../state/api.js';
import { Dialog } from '../ui/dialog.js';
import { say, sayError } from '../ui/toasts.js';
import { nodeOf } from './addresses.js';

/** A button that mints a test token, where an authorizer of the route takes one. */
export function TokenForm(props: {
  apiId: string;
  method: string;
  path: string;
  onToken: (header: { readonly name: string; readonly value: string }) => void;
}) {
  const [open, setOpen] = useState(false);
  const [subject, setSubject] = useState('test-user');
  const [scopes, setScopes] = useState('');
  const [claims, setClaims] = useState('');
  const node = nodeOf(props.apiId);
  const known = node?.kind === 'api' ? node.authorizers.filter(({ mintsTokens }) => mintsTokens) : [];
  const [chosen, setChosen] = useState<string>();
  const authorizer = known.find(({ id }) => id === chosen) ?? known[0];
  if (authorizer === undefined) return null;
  const minted = async () =>
    api.mintToken({
      authorizerId: authorizer.id,
      subject,
      scopes: scopes.split(/[\s,]+/).filter((scope) => scope !== ''),
      claims: claims.trim() === '' ? undefined : JSON.parse(claims),
    });
  const mint = () =>
    minted().then((token) => {
      props.onToken(token.header);
      say('A token is in the headers');
      setOpen(false);
    }, sayError);
  const copy = () =>
    minted()
      .then((token) => navigator.clipboard.writeText(token.token))
      .then(() => say('A token is in the clipboard'), sayError);
  return (
    <div>
      <button type="button" class="small" onClick={() => setOpen(true)}>
        Add a test token …
      </button>
      <Dialog label="Test token" open={open} onClose={() => setOpen(false)}>
        <form
          class="dialog-body"
          onSubmit={(event) => {
            event.preventDefault();
            void mint();
          }}
        >
          <h2>Test token for {authorizer.label}</h2>
          <p class="muted">
            Signed with a key of this machine, which nothing else accepts.
            {authorizer.requires && ` The authorizer wants: ${authorizer.requires}.`}
          </p>
          {known.length > 1 && (
            <label class="field">
              <span>Authorizer</span>
              <select value={authorizer.id} onChange={(event) => setChosen(event.currentTarget.value)}>
                {known.map(({ id, label }) => (
                  <option value={id}>{label}</option>
                ))}
              </select>
            </label>
          )}
          <label class="field">
            <span>Subject</span>
            <input type="text" value={subject} onInput={(event) => setSubject(event.currentTarget.value)} />
          </label>
          <label class="field">
            <span>Scopes</span>
            <input
              type="text"
              placeholder="orders:read orders:write"
              value={scopes}
              onInput={(event) => setScopes(event.currentTarget.value)}
            />
          </label>
          <label class="field">
            <span>Further claims, as JSON</span>
            <textarea
              rows={3}
              placeholder='{ "email": "ann@shop.example" }'
              value={claims}
              onInput={(event) => setClaims(event.currentTarget.value)}
            />
          </label>
          <div class="row">
            <button type="submit" class="primary">
              Mint
            </button>
            <button type="button" onClick={() => void copy()}>
              Copy
            </button>
            <button type="button" onClick={() => setOpen(false)}>
              Cancel
            </button>
          </div>
        </form>
      </Dialog>
    </div>
  );
}
