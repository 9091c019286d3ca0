import type { Context, NoLinks } from './context.js';
import type { Done, Handler, LinkRequest } from './handlers.js';
import type { OutputOf, Schema } from './schema.js';

/** What records of a table and of a data stream have in common. */
interface StreamRecord {
  /** The same in every delivery. */
  readonly id: string;
  /** Its place in the stream, as the target writes it. */
  readonly sequence: string;
  readonly time: Date;
  /** Has this record and all that follow it in the batch delivered again: none overtakes another one. Leave those alone. */
  retry(): void;
}

/** One change of an item of a table. */
export interface Change<Item = any> extends StreamRecord {
  readonly type: 'inserted' | 'updated' | 'removed';
  /** Attributes of the item's key. */
  readonly keys: Readonly<Record<string, unknown>>;
  /** The item as it was, where it was there and the table's stream has old images. */
  readonly before?: Item;
  /** The item as it is now, where it is there and the table's stream has new images. */
  readonly after?: Item;
  /** Whether the item was removed because its time to live had passed. */
  readonly expired: boolean;
}

/** One record of a data stream. */
export interface DataRecord<Body = any> extends StreamRecord {
  /** As its schema made it. JSON is parsed; other text stays text. */
  readonly body: Body;
  /** The bytes as they were put. */
  readonly data: Uint8Array;
  readonly partitionKey: string;
}

/** A tumbling window of time. */
export interface Window {
  readonly start: Date;
  readonly end: Date;
  /** Whether this is the last call for the window, which may have no records. */
  readonly final: boolean;
  /** Whether the window ended early, as its state had become too large. */
  readonly early: boolean;
}

export interface StreamContext<L = NoLinks, State = any> extends Context<L> {
  /** Where the trigger has tumbling windows. */
  readonly window?: Window;
  /** What the handler returned for the batch before, in the same window; `{}` at its start. */
  readonly state: State;
}

export interface ChangesOptions<S, L> {
  /** Schema of an item. A change whose item does not fit fails, and holds back what follows it. */
  readonly item?: S;
  readonly links?: LinkRequest<L>;
}

export interface RecordsOptions<S, L> {
  /** Schema of a record's body. A record that does not fit fails, and holds back what follows it. */
  readonly body?: S;
  readonly links?: LinkRequest<L>;
}

/** The state of a tumbling window, or nothing. */
type Outcome<State> = State | Promise<State> | Done;

type Made<S> = S extends Schema<any, any> ? OutputOf<S> : any;

/** Takes the changes of a table, in the order in which each item changed. What it returns is the state of a tumbling window. */
export function changes<L extends object = NoLinks, State = any>(
  run: (changes: readonly Change[], context: StreamContext<L, State>) => Outcome<State>,
): Handler<'changes', L, never, never>;
export function changes<S extends Schema<any, any> | undefined = undefined, L extends object = NoLinks, State = any>(
  options: ChangesOptions<S, L>,
  run: (changes: readonly Change<Made<S>>[], context: StreamContext<L, State>) => Outcome<State>,
): Handler<'changes', L, never, never>;
export function changes(first: any, run: any = first): any {
  return { '~handler': { kinds: ['changes'], parts: { changes: { schema: first.item, run } } } };
}

/** Takes the records of a data stream, in the order of each key. What it returns is the state of a tumbling window. */
export function stream<L extends object = NoLinks, State = any>(
  run: (records: readonly DataRecord[], context: StreamContext<L, State>) => Outcome<State>,
): Handler<'stream', L, never, never>;
export function stream<S extends Schema<any, any> | undefined = undefined, L extends object = NoLinks, State = any>(
  options: RecordsOptions<S, L>,
  run: (records: readonly DataRecord<Made<S>>[], context: StreamContext<L, State>) => Outcome<State>,
): Handler<'stream', L, never, never>;
export function stream(first: any, run: any = first): any {
  return { '~handler': { kinds: ['stream'], parts: { stream: { schema: first.body, run } } } };
}
