import { shortcuts } from '../state/preferences.js';
import { Dialog } from '../ui/dialog.js';
import { places } from './places.js';
import { helpOpen } from './shortcuts.js';

const close = () => {
  helpOpen.value = false;
};

export function Help() {
  return (
    <Dialog label="Keyboard shortcuts" open={helpOpen.value} onClose={close}>
      <div class="dialog-body">
        <div class="row spread">
          <h2>Keyboard shortcuts</h2>
          <button type="button" class="small" onClick={close}>
            Close
          </button>
        </div>
        <dl class="keys">
          <Shortcut keys={['Ctrl', 'K']}>Go to anything (⌘ K on a Mac)</Shortcut>
          <Shortcut keys={['/']}>Search in this view</Shortcut>
          <Shortcut keys={['j']}>Next row (k: the one before)</Shortcut>
          <Shortcut keys={['Ctrl', 'Enter']}>Send the event that is edited</Shortcut>
          {places.value.map(({ key, title, view }) => (
            <Shortcut key={view} keys={['g', key]}>
              {title}
            </Shortcut>
          ))}
          <Shortcut keys={['?']}>This list</Shortcut>
        </dl>
        <label class="row">
          <input
            type="checkbox"
            checked={shortcuts.value === 'on'}
            onChange={(event) => {
              shortcuts.value = event.currentTarget.checked ? 'on' : 'off';
            }}
          />
          Shortcuts of single keys
        </label>
      </div>
    </Dialog>
  );
}

function Shortcut({ keys, children }: { keys: readonly string[]; children: string }) {
  return (
    <>
      <dt class="row" style={{ gap: '4px' }}>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{children}</dd>
    </>
  );
}
