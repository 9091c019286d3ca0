/** Keys that work everywhere: `Ctrl K` always, single ones unless they are switched off or a field has the focus. */
import { signal } from '@preact/signals';
import { shortcuts } from '../state/preferences.js';
import { go, to } from '../state/router.js';
import { places } from './places.js';

export const paletteOpen = signal(false);
export const helpOpen = signal(false);

/** How long `g` waits for its second key. */
const SEQUENCE_MS = 1500;

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

export function startShortcuts(): void {
  let goPressedMs = Number.NEGATIVE_INFINITY;
  addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      helpOpen.value = false;
      paletteOpen.value = !paletteOpen.value;
      return;
    }
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (shortcuts.value === 'off' || !plain || isField(event.target) || paletteOpen.value || helpOpen.value) return;
    if (document.querySelector('dialog[open]')) return;
    if (event.timeStamp - goPressedMs < SEQUENCE_MS) {
      goPressedMs = Number.NEGATIVE_INFINITY;
      const place = places.value.find(({ key }) => key === event.key);
      if (place === undefined) return;
      event.preventDefault();
      go(to(place.view));
    } else if (event.key === 'g') goPressedMs = event.timeStamp;
    else if (event.key === '?') {
      event.preventDefault();
      helpOpen.value = true;
    } else if (event.key === '/') {
      event.preventDefault();
      const filter = document.querySelector<HTMLInputElement>('main input[type="search"]');
      if (filter) filter.focus();
      else paletteOpen.value = true;
    } else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1);
  });
}

/** Moves the focus over the rows of the first table. */
function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main a.row-link')];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
}
