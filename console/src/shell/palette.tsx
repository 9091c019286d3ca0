import { useState } from 'preact/hooks';
import { graph } from '../state/live.js';
import { theme } from '../state/preferences.js';
import { go, to } from '../state/router.js';
import { Dialog } from '../ui/dialog.js';
import { Icon, KindIcon } from '../ui/icons.js';
import { nodeAddress } from '../views/addresses.js';
import { places } from './places.js';
import { helpOpen, paletteOpen } from './shortcuts.js';

interface Command {
  readonly id: string;
  readonly title: string;
  readonly where: string;
  readonly kind: string;
  readonly run: () => void;
}

const MOST_SHOWN = 50;

/** Everything by its name: views, resources, and what can be done with them. */
export function Palette() {
  return (
    <Dialog label="Go to anything" class="palette" open={paletteOpen.value} onClose={close}>
      <Search />
    </Dialog>
  );
}

const close = () => {
  paletteOpen.value = false;
};

function Search() {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const found = [...traceNamed(text), ...matching(commands(), text)].slice(0, MOST_SHOWN);
  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    close();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by !== 0) {
      event.preventDefault();
      const next = (at + by + found.length) % Math.max(1, found.length);
      setAt(next);
      document.getElementById(`command-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(found[at]);
    }
  };
  return (
    <>
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="commands"
        aria-activedescendant={found[at] && `command-${at}`}
        aria-label="Name of a view, function, queue or action"
        placeholder="Go to a view, function, queue, trace id …"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="commands" role="listbox" aria-label="Results">
        {found.map((command, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the input has the focus and points at the option
          // biome-ignore lint/a11y/useKeyWithClickEvents: Enter in the input runs it
          <div key={command.id} id={`command-${index}`} role="option" aria-selected={index === at} onClick={() => run(command)}>
            {command.kind === '' ? <Icon name="search" /> : <KindIcon kind={command.kind} />}
            <span class="truncate">{command.title}</span>
            <span class="where">{command.where}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && (
        <p class="dialog-body muted" role="status">
          Nothing is called “{text}”.
        </p>
      )}
    </>
  );
}

function commands(): Command[] {
  const nodes = graph.value?.nodes ?? [];
  return [
    ...places.value.map(
      ({ view, title, icon }): Command => ({ id: `view ${view}`, title, where: 'view', kind: icon, run: () => go(to(view)) }),
    ),
    ...nodes.map(
      (node): Command => ({
        id: node.id,
        title: node.label,
        where: `${node.kind} · ${node.id}`,
        kind: node.kind,
        run: () => go(nodeAddress(node)),
      }),
    ),
    ...nodes
      .filter(({ kind }) => kind === 'function')
      .map(
        (node): Command => ({
          id: `send ${node.id}`,
          title: `Send an event to ${node.label}`,
          where: 'action',
          kind: 'send',
          run: () => go(to('send', undefined, { to: node.id })),
        }),
      ),
    ...(['light', 'dark', 'system'] as const).map(
      (choice): Command => ({
        id: `theme ${choice}`,
        title: `Theme: ${choice === 'system' ? 'as the system' : choice}`,
        where: 'action',
        kind: 'other',
        run: () => {
          theme.value = choice;
        },
      }),
    ),
    {
      id: 'help',
      title: 'Keyboard shortcuts',
      where: 'help',
      kind: '',
      run: () => {
        helpOpen.value = true;
      },
    },
  ];
}

/** Ids of traces are in headers and logs: whoever has one gets there. */
function traceNamed(text: string): Command[] {
  const id = /(?:^|-)([0-9a-f]{32})(?:-|$)/.exec(text.trim().toLowerCase())?.[1];
  if (id === undefined) return [];
  return [{ id: 'trace', title: `Trace ${id}`, where: 'trace', kind: 'timeline', run: () => go(to('traces', id)) }];
}

/** Titles that hold every word, those that start with the text first. */
function matching(all: readonly Command[], text: string): Command[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [...all];
  const words = wanted.split(/\s+/);
  return all
    .filter(({ title, where }) => words.every((word) => `${title} ${where}`.toLowerCase().includes(word)))
    .sort((a, b) => rank(a, wanted) - rank(b, wanted));
}

function rank({ title }: Command, wanted: string): number {
  const at = title.toLowerCase().indexOf(wanted);
  return at < 0 ? 2 : at === 0 ? 0 : 1;
}
