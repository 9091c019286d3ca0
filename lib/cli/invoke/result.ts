import type { LocalDone } from '../../platforms/local/index.js';
import type { Terminal } from '../terminal.js';

/**
 * Prints what a function gave: the body of a response, the result of a call, the reply to a message, whom an authorizer lets in (`null`
 * for nobody); nothing for events, which have no result.
 */
export function printResult(out: Terminal, { summary, result, error }: LocalDone, json: boolean): void {
  const body = bodyOf(result);
  if (!json) {
    if (body) out.line(body);
    return;
  }
  const { status, durationMs, coldStartMs, functionId } = summary;
  const httpStatus = summary.httpStatus ?? (result?.of === 'answer' ? result.value?.statusCode : undefined);
  const failed = result?.of === 'events' ? result.failed : undefined;
  out.line(
    JSON.stringify({ functionId, status, httpStatus, durationMs, coldStartMs, result: parsed(body), failed, error }, null, 2),
  );
}

function bodyOf(result: LocalDone['result']): string | undefined {
  switch (result?.of) {
    case 'http':
      return Buffer.from(result.body ?? []).toString();
    case 'call':
      return result.body;
    case 'answer': {
      const { value } = result;
      if (value?.isAuthorized === undefined) return value?.body;
      const { subject, claims } = value.context ?? {};
      return JSON.stringify(value.isAuthorized ? { subject, claims: JSON.parse(claims) } : null);
    }
    default:
      return undefined;
  }
}

function parsed(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
