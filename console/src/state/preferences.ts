/** What a user chose, kept by the browser for this origin. */
import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

function kept<T extends string>(name: string, otherwise: T): T {
  try {
    return (localStorage.getItem(`faasten.${name}`) as T | null) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`faasten.${name}`, value);
  } catch {
    // A browser that keeps nothing forgets the choice with the page.
  }
}

export const theme = signal<Theme>(kept('theme', 'system'));
/** Whether single keys (`g`, `?`, `/`) do something; some speech and switch users need them off. */
export const shortcuts = signal<'on' | 'off'>(kept('shortcuts', 'on'));

export function startPreferences(): void {
  effect(() => {
    keep('theme', theme.value);
    document.documentElement.dataset.theme = theme.value;
  });
  effect(() => keep('shortcuts', shortcuts.value));
}
