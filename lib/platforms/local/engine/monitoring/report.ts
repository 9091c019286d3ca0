import type { Report } from '../../../../runtime/report.js';
import type { InvocationSummary } from '../../console/protocol.js';
import type { LocalFunctionModel } from '../../model.js';
import type { Task } from '../worker/protocol.js';

/**
 * The report of an invocation with the fields that functions write in the cloud. Made by the engine, which also sees those that were
 * ended with their worker. Undefined for what was turned away, and for functions that are not watched.
 */
export function reportOf(fn: LocalFunctionModel, summary: InvocationSummary, task: Task): Report | undefined {
  const { status, durationMs = 0, coldStartMs, traceId, attempt, startTimeMs, memoryUsedMiB = 0, error } = summary;
  if (!fn.reports || status === 'throttled') return undefined;
  const failed = status !== 'succeeded';
  const billedMs = Math.ceil(durationMs + (coldStartMs ?? 0));
  return {
    timestamp: new Date(startTimeMs + durationMs).toISOString(),
    level: 'INFO',
    severity: 'INFO',
    message: 'invocation',
    function: fn.path,
    service: fn.reports.service,
    requestId: summary.id,
    traceId,
    kind: task.kind,
    trigger: 'trigger' in task ? task.trigger : undefined,
    route: task.kind === 'http' ? task.route : undefined,
    attempt,
    outcome: status === 'timedOut' ? 'timeout' : failed ? 'error' : 'ok',
    errorType: failed ? (error?.name ?? 'Error') : undefined,
    durationMs,
    coldStart: coldStartMs !== undefined,
    initMs: coldStartMs,
    memoryUsedMiB,
    billedMs,
    billedGBs: Math.round(((billedMs / 1000) * fn.memoryMiB * 1e6) / 1024) / 1e6,
    invocations: 1,
    errors: failed ? 1 : 0,
    timeouts: status === 'timedOut' ? 1 : 0,
    coldStarts: coldStartMs === undefined ? 0 : 1,
  };
}
