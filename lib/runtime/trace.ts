import { AsyncLocalStorage } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';

/** Where an invocation stands in a trace, in the words of https://www.w3.org/TR/trace-context/. */
export interface Trace {
  /** 32 hex digits, the same in every function that one request leads to. */
  readonly traceId: string;
  /** 16 hex digits: this invocation. */
  readonly spanId: string;
  /** 16 hex digits: what caused it. Undefined where the trace begins. */
  readonly parentId?: string;
  /** Whether spans are to be recorded, as decided where the trace began. */
  readonly sampled: boolean;
  /** What links send on, and what requests of your own may: the header `traceparent`. */
  readonly traceparent: string;
}

/** Message attribute that carries a trace through SQS and SNS. It is not among the attributes that handlers see. */
export const TRACE_ATTRIBUTE = 'traceparent';

/** The attribute by which Google's own libraries do the same. */
export const PUBSUB_TRACE_ATTRIBUTE = 'googclient_traceparent';

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-|$)/;

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;

const current = new AsyncLocalStorage<Trace>();

/**
 * Continues the trace of `traceparent`, or one of which only the id is known, or begins one. A new one is sampled: who wants fewer
 * says so where requests come in, and that is kept.
 */
export function traceOf(traceparent?: string | null, begun: Partial<Pick<Trace, 'traceId' | 'sampled'>> = {}): Trace {
  const given: Partial<Pick<Trace, 'traceId' | 'parentId' | 'sampled'>> = readTraceparent(traceparent) ?? begun;
  const { traceId, parentId, sampled = true } = given;
  const id = traceId && TRACE_ID.test(traceId) ? traceId : randomHex(16);
  const spanId = randomHex(8);
  return { traceId: id, spanId, parentId, sampled, traceparent: `00-${id}-${spanId}-0${sampled ? 1 : 0}` };
}

/** What a traceparent says; undefined for what is none. */
export function readTraceparent(text?: string | null): Pick<Trace, 'traceId' | 'parentId' | 'sampled'> | undefined {
  const [, traceId, parentId, flags] = TRACEPARENT.exec(text ?? '') ?? [];
  return traceId && flags ? { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 } : undefined;
}

let random = Buffer.alloc(0);
let used = 0;

/** Random bytes in hex, of many that are made at once; none when the module loads, as copies of a snapshot would share them. */
function randomHex(bytes: number): string {
  if (used + bytes > random.length) {
    random = randomBytes(2048);
    used = 0;
  }
  used += bytes;
  return random.toString('hex', used - bytes, used);
}

/**
 * What X-Ray's header says: `Root=1-<8>-<24>;Parent=<16>;Sampled=1;Lineage=…`. Its ids are those of a traceparent. Where X-Ray begins the
 * trace itself, there may be no parent, and the id alone is known. `Lineage`, by which AWS stops functions that start each other
 * without end, is the SDK's to pass on.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
export function ofXRay(header = ''): { traceparent?: string; traceId?: string; sampled?: boolean } {
  const [, time, random, parent] = /Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?:;Parent=([0-9a-f]{16}))?/.exec(header) ?? [];
  if (!time) return {};
  const traceId = time + random;
  const sampled = !header.includes('Sampled=0');
  return parent ? { traceparent: `00-${traceId}-${parent}-0${sampled ? 1 : 0}` } : { traceId, sampled };
}

/** Does `work` with links that send this trace on. */
export function within<T>(trace: Trace, work: () => T): T {
  return current.run(trace, work);
}

/** What links send on, inside of an invocation. */
export function outgoing(): string | undefined {
  return current.getStore()?.traceparent;
}
