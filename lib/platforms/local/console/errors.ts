import { FaastenError, shown } from '../../../core/errors.js';
import { PROBLEMS, type ProblemCode } from './protocol.js';

/** Nothing has that id, or not any more. */
export const notFound = (what: string, id: string): FaastenError =>
  new FaastenError(
    'not-found',
    `${what} '${id}': there is none, or not any more; go back to the list, which shows what there is now`,
    id,
  );

/** A field of a request to the console's API is not what it has to be. */
export const wrongField = (field: string, value: unknown, expected: string): FaastenError =>
  new FaastenError('invalid-value', `field '${field}': ${shown(value)} is not ${expected}; send ${expected}`);

export const notHere = (what: string, why: string): FaastenError =>
  new FaastenError('unsupported', `${what}: ${why}; the console hides it where it is not there`);

/** An answer with a status of its own, from the server and not from the engine. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

export const forbidden = (message: string): Refusal => new Refusal(403, 'forbidden', message);

/** HTTP status, code and sentence for anything that was thrown. Never a stack: it may hold paths, and a sentence does. */
export function problemOf(error: unknown): { status: number; code: string; message: string } {
  if (error instanceof Refusal) return { status: error.status, code: error.code, message: error.message };
  // Not by class: a package that is there twice has two.
  const { code, message, name } = error as { code?: unknown; message?: unknown; name?: unknown };
  if (name === 'FaastenError' && typeof code === 'string')
    return { status: PROBLEMS[code as ProblemCode] ?? 422, code, message: String(message) };
  return {
    status: 500,
    code: 'internal',
    message: `the local platform failed: ${message ?? error}; see the terminal it runs in`,
  };
}
