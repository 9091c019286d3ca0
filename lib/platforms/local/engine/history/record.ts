import type { InvocationDetail, InvocationSummary, LogLine, Payload, Span } from '../../console/protocol.js';
import type { LinkUse } from '../links.js';
import type { Call, Joined } from '../runner.js';
import type { HttpTask, Result, Task } from '../worker/protocol.js';
import type { Credentials } from './credentials.js';
import { payloadOf } from './payload.js';

/** Characters of log lines that are kept of one invocation. */
const LOGS = 64 * 1024;
/** Uses of links that are kept of one invocation. */
const USES = 100;

/** Everything that is known of one invocation. What is shown of it is made when somebody asks. */
export class InvocationRecord {
  readonly logs: LogLine[] = [];
  readonly uses: LinkUse[] = [];
  logsDropped = 0;
  private logBytes = 0;
  private result?: Result = undefined;
  private readonly task: Task;
  private readonly sentTimeMs?: number;
  private readonly joined: readonly Joined[];

  /** @param number in the order in which they began */
  constructor(
    public summary: InvocationSummary,
    call: Pick<Call, 'task' | 'sentTimeMs' | 'joined'>,
    readonly number: number,
  ) {
    this.task = call.task;
    this.sentTimeMs = call.sentTimeMs;
    this.joined = call.joined ?? [];
  }

  /** Bytes that it keeps in memory, about. */
  get bytes(): number {
    return 1000 + this.logBytes + bytesOfTask(this.task) + bytesOfResult(this.result);
  }

  /** @returns whether it was kept */
  log(line: LogLine): boolean {
    this.logBytes += line.message.length + (line.fields ? JSON.stringify(line.fields).length : 0);
    if (this.logBytes <= LOGS) this.logs.push(line);
    else this.logsDropped++;
    return this.logBytes <= LOGS;
  }

  use(use: LinkUse): void {
    if (this.uses.length < USES) this.uses.push(use);
  }

  end(summary: InvocationSummary, result: Result | undefined): void {
    this.summary = summary;
    this.result = result;
  }

  detail(credentials: Credentials): InvocationDetail {
    const { summary, task, logs, logsDropped } = this;
    const result = this.result && resultOf(this.result);
    const request = task.kind === 'http' ? requestOf(task, credentials) : undefined;
    return { ...summary, request, event: eventOf(task, credentials), result, logs: [...logs], logsDropped };
  }

  /** Whether it is part of a trace: its own, or that of another message of its batch. */
  isOf(traceId: string): boolean {
    return this.summary.traceId === traceId || this.joined.some((each) => each.traceId === traceId);
  }

  /** Its part of a trace. */
  spans(traceId: string): Span[] {
    const { parentId } = this.joined.find((each) => each.traceId === traceId) ?? this.summary;
    const { id, functionId, origin, attempt, startTimeMs, waitMs = 0, durationMs, coldStartMs, status, error } = this.summary;
    const outcome = status === 'running' ? 'running' : status === 'succeeded' ? 'ok' : 'error';
    const took = durationMs === undefined ? undefined : waitMs + (coldStartMs ?? 0) + durationMs;
    const spans: Span[] = [];
    let parent = parentId;
    const before = (span: Pick<Span, 'kind' | 'resourceId' | 'name' | 'startTimeMs' | 'durationMs'> & Partial<Span>) => {
      const own = `${id}:${span.kind}`;
      spans.push({ id: own, parentId: parent, status: outcome, ...span });
      parent = own;
    };
    if (origin.kind === 'http' && origin.resourceId !== undefined) {
      before({ kind: 'request', resourceId: origin.resourceId, name: origin.title, startTimeMs, durationMs: took });
    } else if (this.sentTimeMs !== undefined && origin.resourceId !== undefined) {
      const waited = Math.max(0, startTimeMs - this.sentTimeMs);
      const name = origin.kind === 'call' ? `waited for ${labelOf(functionId)}` : `waited in ${labelOf(origin.resourceId)}`;
      before({
        kind: 'wait',
        resourceId: origin.resourceId,
        name,
        startTimeMs: this.sentTimeMs,
        durationMs: waited,
        status: 'ok',
        attempt,
      });
    }
    const name = labelOf(functionId);
    const own = {
      id,
      parentId: parent,
      kind: 'invocation' as const,
      resourceId: functionId,
      name,
      invocationId: id,
      attempt,
      coldStartMs,
      error,
    };
    spans.push({ ...own, startTimeMs, durationMs: took, status: outcome });
    this.uses.forEach((use, index) => {
      const { resourceId, name: what, startTimeMs: start, durationMs: lasted } = use;
      spans.push({
        ...{ id: `${id}:${index}`, parentId: id, kind: 'send', resourceId, name: what, startTimeMs: start, durationMs: lasted },
        status: use.error === undefined ? 'ok' : 'error',
        ...(use.error !== undefined && { error: { name: 'LinkError', message: use.error } }),
      });
    });
    return spans;
  }
}

export function labelOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function bytesOfTask(task: Task): number {
  if (task.kind === 'http') return (task.body?.length ?? 0) + task.headers.length * 20;
  if ('event' in task) return JSON.stringify(task.event).length;
  return task.kind === 'call'
    ? (task.body?.length ?? 0)
    : task.items.reduce((sum, item) => sum + ((item as { text?: string }).text?.length ?? 200), 0);
}

function bytesOfResult(result: Result | undefined): number {
  return result && 'body' in result ? (result.body?.length ?? 0) : 0;
}

function requestOf({ method, url, headers }: HttpTask, credentials: Credentials): InvocationDetail['request'] {
  const byName: Record<string, string> = {};
  for (let index = 0; index < headers.length; index += 2) byName[headers[index]!.toLowerCase()] = headers[index + 1]!;
  return { method, url: credentials.query(url), headers: credentials.headers(byName) };
}

/** What the handler got: of a request the body, of messages and events their JSON. */
function eventOf(task: Task, credentials: Credentials): Payload | undefined {
  if (task.kind === 'http') return task.body && payloadOf(task.body, headerOf(task.headers, 'content-type'));
  if (task.kind === 'call') return task.body === undefined ? undefined : payloadOf(task.body, 'application/json');
  if ('event' in task) return payloadOf(JSON.stringify(credentials.event(task.event), undefined, 2), 'application/json');
  const items = task.items.map(({ text, ...item }: any) => (text === undefined ? item : { ...item, body: jsonOf(text) }));
  return payloadOf(JSON.stringify(task.kind === 'queue' ? items : items[0], undefined, 2), 'application/json');
}

function resultOf(result: Result): Payload | undefined {
  if (result.of === 'http')
    return result.body ? payloadOf(result.body, headerOf(result.head?.headers ?? [], 'content-type')) : undefined;
  if (result.of === 'answer' && result.value !== undefined) return payloadOf(JSON.stringify(result.value), 'application/json');
  return result.of === 'call' && result.body !== undefined ? payloadOf(result.body, 'application/json') : undefined;
}

export function headerOf(headers: readonly string[], name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) if (headers[index]!.toLowerCase() === name) return headers[index + 1];
  return undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
