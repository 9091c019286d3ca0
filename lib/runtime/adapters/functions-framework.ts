import type { ServerResponse } from 'node:http';
import type { ServeOptions } from '../serve.js';
import type { Trace } from '../trace.js';
import { TRACE_PROJECT_VARIABLE } from '../wire.js';
import { serve as serveHttp } from './http.js';
import { answer, type NodeRequest } from './node.js';

/** The function as Google Cloud Functions calls one with the HTTP signature. */
export function serve(entry: unknown, options: ServeOptions): (request: NodeRequest, response: ServerResponse) => Promise<void> {
  const fn = serveHttp(entry, { ...options, lineFields });
  return (request, response) => answer(fn, request, response);
}

/**
 * Fields by which Cloud Logging shows a line with its trace: https://cloud.google.com/trace/docs/trace-log-integration. It stands below
 * the span of what caused the invocation, which for a request is the one that Cloud Run makes of it.
 */
function lineFields({ traceId, parentId, sampled }: Trace, variables: Readonly<Record<string, string | undefined>>): object {
  const project = variables[TRACE_PROJECT_VARIABLE];
  if (!project) return {};
  return {
    'logging.googleapis.com/trace': `projects/${project}/traces/${traceId}`,
    'logging.googleapis.com/spanId': parentId,
    'logging.googleapis.com/trace_sampled': sampled,
  };
}
