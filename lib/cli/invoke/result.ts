import type { LocalDone } from '../../platforms/local/index.js';
import type { Terminal } from '../terminal.js';

/** Prints what a function gave: the body of a response, the result of a call; nothing for events, which have no result. */
export function printResult(out: Terminal, { summary, result, error }: LocalDone, json: boolean): void {
  const body =
    result?.of === 'http' ? Buffer.from(result.body ?? []).toString() : result?.of === 'call' ? result.body : undefined;
  if (!json) {
    if (body) out.line(body);
    return;
  }
  const { status, durationMs, coldStartMs, httpStatus, functionId } = summary;
  const failed = result?.of === 'events' ? result.failed : undefined;
  out.line(
    JSON.stringify({ functionId, status, httpStatus, durationMs, coldStartMs, result: parsed(body), failed, error }, null, 2),
  );
}

function parsed(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
