import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { LambdaContext } from '../../lib/runtime/adapters/lambda.js';
import type { ServeOptions } from '../../lib/runtime/serve.js';

/** A vendor's sample; see payloads/README.md. */
export function payload(name: string): any {
  return JSON.parse(readFileSync(join(__dirname, 'payloads', `${name}.json`), 'utf8'));
}

export function options(some: Partial<ServeOptions> = {}): ServeOptions {
  return { kinds: [], routes: [], links: {}, secrets: {}, environment: { FAASTEN_FUNCTION: 'shop/Test' }, ...some };
}

export function lambdaContext(millis = 30_000): LambdaContext {
  return { awsRequestId: 'request-1', getRemainingTimeInMillis: () => millis };
}

/** Lines the runtime logs until the test ends, parsed. */
export function logged(): any[] {
  const lines: any[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(JSON.parse(String(text)));
    return true;
  });
  return lines;
}

/** An event of SQS with these bodies; their ids are `m1`, `m2`, … */
export function sqsEvent(bodies: readonly unknown[], record: object = {}): any {
  const [sample] = payload('sqs').Records;
  return {
    Records: bodies.map((body, index) => ({
      ...sample,
      messageId: `m${index + 1}`,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...record,
    })),
  };
}

export function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Request {
  return new Request(`http://fn.example${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers,
  });
}
