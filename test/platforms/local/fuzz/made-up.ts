/** What clients may come up with, and how it is sent. */
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';

/** Requests, events, messages: of each so many. */
export const RUNS = 10_000;
/** What they are made from; of a run that failed, to be given again. */
const SEED = Number(process.env.FAASTEN_SEED || Date.now() % 1_000_000);
/** Of them at a time. */
const TOGETHER = 40;
/** Milliseconds after which a request counts as one that is not whole: it said that more is to come. */
const PATIENCE = 150;

export function sample<T>(arbitrary: fc.Arbitrary<T>, count = RUNS): T[] {
  process.stderr.write(`seed ${SEED}\n`);
  return fc.sample(arbitrary, { numRuns: count, seed: SEED });
}

export const whatever = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\r\n', '\0', '..', '%', '%00', 'é🫖'),
);

/** Mostly what is well formed: else the refusal of what is not would hide all that comes after it. */
export const mostly = <T>(sound: fc.Arbitrary<T>, rest: fc.Arbitrary<T>, weight = 19) =>
  fc.oneof({ weight, arbitrary: sound }, { weight: 1, arbitrary: rest });

export interface MadeUpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly string[])[];
  readonly body: string;
}

/** As it goes over the wire, well formed or not. */
export function bytesOf({ method, path, headers, body }: MadeUpRequest): Buffer {
  const lines = [`${method} ${path} HTTP/1.1`, ...headers.map((each) => each.join(': ')), 'connection: close', '', body];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

/** Sends bytes, and gives what comes back before the connection ends. */
export function exchange(url: string, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const end = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(PATIENCE, end);
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      // Whoever said that more is to come does not send it.
      if (answer.includes('\r\n\r\n')) end();
    });
    socket.on('error', end);
    socket.on('close', end);
    socket.write(bytes);
  });
}

/** How many answers there were of each status. */
export class Statuses {
  private readonly counts = new Map<string, number>();

  add(answer: string): void {
    const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 'none';
    this.counts.set(status, (this.counts.get(status) ?? 0) + 1);
  }

  of(status: string): number {
    return this.counts.get(status) ?? 0;
  }

  /** Those of an engine that failed. */
  get failures(): string[] {
    return [...this.counts.keys()].filter((status) => status >= '500' && status !== 'none' && status !== '501');
  }

  toString(): string {
    return JSON.stringify(Object.fromEntries([...this.counts].sort()));
  }
}

export async function inParallel<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  const rest = items.entries();
  await Promise.all(
    Array.from({ length: TOGETHER }, async () => {
      for (const [index, item] of rest) await work(item, index);
    }),
  );
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** MiB of the heap that are really in use. */
export function heapMiB(): number {
  collect();
  return process.memoryUsage().heapUsed / 1024 ** 2;
}
