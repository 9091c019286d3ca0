import type { IncomingMessage } from 'node:http';
import { Refusal } from './errors.js';

/** Largest body of a call: more than the largest event that any target takes (an HTTP body of API Gateway, 10 MB) as JSON text. */
export const MAX_BODY_BYTES = 12 * 1024 * 1024;

/** The body of a call, parsed. Throws a refusal for one that is too large or no JSON object. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json(\s*;|$)/i.test(type))
    throw new Refusal(415, 'unsupported-media-type', `the body is '${type || 'of no type'}'; send application/json`);
  const tooLarge = () =>
    new Refusal(413, 'too-large', `the body is larger than ${MAX_BODY_BYTES} bytes; send a smaller event`, {
      connection: 'close',
    });
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const bytes = await readAll(request, tooLarge);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new Refusal(400, 'invalid-value', `the body is no JSON: ${(error as Error).message}; send a JSON object`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal(400, 'invalid-value', 'the body is no JSON object; send one');
  return value as Record<string, unknown>;
}

/** Not with `for await`, which closes the connection when it is left early, and with it the way for an answer. */
function readAll(request: IncomingMessage, tooLarge: () => Refusal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) reject(tooLarge());
      else chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('aborted', () => reject(new Refusal(400, 'invalid-value', 'the body ended early; send all of it')));
  });
}

/** Reads and drops what is left of a body, up to a limit. */
export function drained(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    if (request.complete || request.destroyed) return resolve();
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) resolve();
    });
    request.once('end', resolve);
    request.once('close', resolve);
  });
}
