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
  const node = nodeOf(props.apiId);
  const authorizer = node?.kind === 'api' ? node.authorizers.find(({ mintsTokens }) => mintsTokens) : undefined;
  if (authorizer === undefined) return null;
  const mint = () =>
    api
      .mintToken({ authorizerId: authorizer.id, subject, scopes: scopes.split(/[\s,]+/).filter((scope) => scope !== '') })
      .then((token) => {
        props.onToken(token.header);
        say('A token is in the headers');
        setOpen(false);
      }, sayError);
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
          <div class="row">
            <button type="submit" class="primary">
              Mint
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
