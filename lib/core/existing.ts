import type { FifoSpec } from './model.js';
import type { Backend } from './platform.js';

const EXISTING = Symbol.for('faasten.existing');

/** A resource that somebody else declared, as a platform sees it. */
export interface ExistingResource<B extends Backend = Backend> {
  readonly platform: string;
  readonly backend: B;
  readonly fifo?: FifoSpec;
}

/**
 * Props of a portable construct that stands for a resource which exists: nothing is made, and no setting is taken. Platforms make
 * them, as in `AwsQueue.from()`.
 */
export function existing<P extends object>(resource: ExistingResource): P {
  return { [EXISTING]: resource } as unknown as P;
}

export function existingOf<B extends Backend>(props: object): ExistingResource<B> | undefined {
  return (props as { [EXISTING]?: ExistingResource<B> })[EXISTING];
}
