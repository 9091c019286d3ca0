/** Where the user is: the path of the page, which the server answers with the same document whatever it is. */
import { computed, signal } from '@preact/signals';

interface Place {
  readonly path: string;
  readonly query: string;
}

const here = (): Place => ({ path: location.pathname, query: location.search });

const place = signal<Place>(here());

/** Decoded parts of the path: `['queues', 'Shop/Orders']`. */
export const parts = computed(() =>
  place.value.path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    }),
);

export const query = computed(() => new URLSearchParams(place.value.query));

/** An address in the console; ids are encoded, empty parameters left out. */
export function to(view: string, id?: string, parameters: Readonly<Record<string, string | undefined>> = {}): string {
  const fields = Object.entries(parameters).flatMap(([name, value]) => (value ? [[name, value]] : []));
  const search = fields.length > 0 ? `?${new URLSearchParams(fields)}` : '';
  return `/${view}${id === undefined ? '' : `/${encodeURIComponent(id)}`}${search}`;
}

/** Goes to an address; the heading of the new view gets the focus, so that keyboards and screen readers start there. */
export function go(address: string): void {
  history.pushState(null, '', address);
  arrive(true);
}

/** Changes parameters of the view without leaving it. */
export function adjust(parameters: Readonly<Record<string, string | undefined>>): void {
  const next = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(parameters)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  const search = next.toString();
  history.replaceState(null, '', `${location.pathname}${search && `?${search}`}`);
  place.value = here();
}

function arrive(focus: boolean): void {
  const before = place.value.path;
  place.value = here();
  if (!focus || before === place.value.path) return;
  scrollTo(0, 0);
  requestAnimationFrame(() => document.querySelector<HTMLElement>('h1')?.focus());
}

/** Follows links of this origin without loading the page again. */
export function startRouter(): void {
  addEventListener('popstate', () => arrive(true));
  addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const own = link !== null && link.origin === location.origin && !link.target && !link.hasAttribute('download');
    if (!own || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.defaultPrevented) return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
