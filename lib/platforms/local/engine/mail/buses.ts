import { randomUUID } from 'node:crypto';
import type { LocalModel } from '../../model.js';
import type { Clock } from '../clock.js';
import { triggerEdge } from '../edges.js';
import type { Incoming } from '../history/events.js';
import type { Store } from '../store.js';
import { checkBytes } from './bytes.js';
import type { Letter } from './letter.js';
import type { Mailbox } from './mailbox.js';
import { post } from './posting.js';

/** An event, from whoever publishes it. */
export interface Published {
  readonly type: string;
  readonly source: string;
  /** JSON of an object. */
  readonly data: string;
  readonly traceId: string;
  readonly parentId?: string;
  readonly eventId?: string;
}

/** Event buses: an event is written to the own line of each function that has a trigger it fits, in one step. */
export class Buses {
  constructor(
    private readonly model: LocalModel,
    private readonly boxes: ReadonlyMap<string, Mailbox>,
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly record: (event: Incoming) => string,
  ) {}

  /** Resolves when all have it. */
  async publish(bus: string, { type, source, data, traceId, parentId, eventId }: Published): Promise<string> {
    checkBytes(bus, data);
    const sentTimeMs = this.clock.now();
    const id = randomUUID();
    const title = `${type} of ${source}`;
    const detail = JSON.parse(data);
    const request = () => ({ kind: 'bus' as const, busId: bus, type, source, data });
    const kept = eventId ?? this.record({ kind: 'bus', resourceId: bus, title, timeMs: sentTimeMs, traceId, request });
    const body = JSON.stringify({ id, 'detail-type': type, source, time: new Date(sentTimeMs).toISOString(), detail });
    const postings = this.triggersOf(bus, type, source).map(({ functionPath, trigger }) => {
      const letter: Letter = {
        ...{ id, kind: 'event', trigger, body, sentTimeMs, traceId, parentId, eventId: kept },
        origin: { kind: 'other', resourceId: bus, edgeId: triggerEdge(functionPath, trigger), title },
      };
      return this.boxes.get(functionPath)!.prepare(letter)!;
    });
    await post(this.store, postings);
    return id;
  }

  private triggersOf(bus: string, type: string, source: string) {
    return Object.entries(this.model.functions).flatMap(([functionPath, { triggers }]) =>
      Object.entries(triggers).flatMap(([trigger, spec]) => {
        const fits = spec.kind === 'event' && spec.source === bus && includes(spec.types, type) && includes(spec.sources, source);
        return fits ? [{ functionPath, trigger }] : [];
      }),
    );
  }
}

function includes(list: readonly string[], value: string): boolean {
  return list.length === 0 || list.includes(value);
}
