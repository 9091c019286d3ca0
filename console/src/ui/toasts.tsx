import { signal } from '@preact/signals';
import { Icon } from './icons.js';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'good' | 'bad';
}

/** Good news goes by itself; bad news stays until it is read. */
const SHOWN_MS = 5000;
const MOST = 4;

const toasts = signal<readonly Toast[]>([]);
let last = 0;

/** Says the outcome of something the user did; screen readers say it too. */
export function say(text: string, tone: Toast['tone'] = 'good'): void {
  const id = ++last;
  toasts.value = [...toasts.value, { id, text, tone }].slice(-MOST);
  if (tone === 'good') setTimeout(() => dismiss(id), SHOWN_MS);
}

/** For `.catch(sayError)`. */
export const sayError = (error: unknown): void => say((error as Error).message, 'bad');

const dismiss = (id: number) => {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
};

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, tone }) => (
        <div key={id} class={`toast ${tone}`}>
          <span>{text}</span>
          <button type="button" class="small quiet" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
