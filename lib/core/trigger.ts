import type { IConstruct } from 'constructs';
import type { TriggerKind, TriggerSpec } from './model.js';
import type { TuningEntry } from './platform.js';
import type { HandlerKind, TriggerOf } from './typing.js';

/**
 * What makes a function run: made by `queue.messages()`, `topic.messages()`, `bucket.objects()` and `Schedule`, and given to a
 * function under a name. The name becomes part of construct ids, so that reordering triggers replaces nothing.
 */
export class Trigger<K extends HandlerKind = HandlerKind> implements TriggerOf<K> {
  declare readonly '~trigger'?: K;

  /** @internal use the resources' own methods and `Schedule` */
  constructor(
    readonly spec: TriggerSpec,
    /** The queue, topic or bucket; a schedule has none. */
    readonly source?: IConstruct,
    /** Settings of one target. */
    readonly tuning: readonly TuningEntry[] = [],
  ) {}
}

const KINDS: readonly TriggerKind[] = ['schedule', 'queue', 'topic', 'objects', 'changes', 'stream', 'event'];

/** Not `instanceof`: a trigger may come from another copy of faasten. */
export function isTrigger(value: unknown): value is Trigger {
  const kind = (value as Trigger | undefined)?.spec?.kind;
  return kind !== undefined && KINDS.includes(kind);
}
