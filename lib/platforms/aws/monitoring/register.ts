import type { IConstruct } from 'constructs';

/** What was made in each app, by a key. */
export class Register<T> {
  private readonly apps = new WeakMap<IConstruct, Map<string, T>>();

  set({ node: { root } }: IConstruct, key: string, value: T): void {
    const all = this.apps.get(root) ?? new Map<string, T>();
    this.apps.set(root, all.set(key, value));
  }

  get({ node: { root } }: IConstruct, key: string): T | undefined {
    return this.apps.get(root)?.get(key);
  }
}
