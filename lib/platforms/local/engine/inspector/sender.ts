import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { FaastenError, shown } from '../../../../core/errors.js';
import { HIDDEN, notFound } from '../../console/index.js';
import type { SendRequest, SendResult } from '../../console/protocol.js';
import { httpQuestion } from '../access/asked.js';
import { Gate } from '../access/gate.js';
import type { Engine } from '../engine.js';
import { payloadOf } from '../history/payload.js';
import { PATIENCE } from '../http.js';
import { guardNamed } from './authorizers.js';

/** Sends events by hand, the way they come from outside. */
export class Sender {
  constructor(private readonly engine: Engine) {}

  async send(request: SendRequest): Promise<SendResult> {
    const { deliveries, topics, buses, buckets, schedules, model, events, now } = this.engine.parts;
    const traceId = randomBytes(16).toString('hex');
    const record = (resourceId: string, title: string) =>
      events.add({ kind: request.kind, resourceId, title, timeMs: now(), traceId, request: () => request });
    switch (request.kind) {
      case 'http':
        return this.http(request, traceId);
      case 'queue': {
        const { queueId, body, attributes, group, delaySeconds } = request;
        known(model.queues, 'queue', queueId);
        const eventId = record(queueId, messageTitle(body));
        await deliveries.send(queueId, { body, attributes, group, delaySeconds, traceId, eventId });
        return { traceId, eventId };
      }
      case 'topic': {
        const { topicId, body, attributes } = request;
        known(model.topics, 'topic', topicId);
        const eventId = record(topicId, messageTitle(body));
        const group = model.topics[topicId]!.fifo && 'console';
        await topics.publish(topicId, { body, attributes, group, traceId, eventId });
        return { traceId, eventId };
      }
      case 'schedule': {
        const { scheduleId } = request;
        if (!schedules.all.has(scheduleId)) throw notFound('schedule', scheduleId);
        const eventId = record(scheduleId, 'run by hand');
        await schedules.run(scheduleId, now(), traceId, eventId);
        return { traceId, eventId };
      }
      case 'objects': {
        const { bucketId, key, type, body, contentType } = request;
        known(model.buckets, 'bucket', bucketId);
        if (!isKey(key))
          throw new FaastenError(
            'invalid-value',
            `'${key}' is no key of an object; give 1 to 1024 bytes without '.' and '..' between slashes`,
          );
        const eventId = record(bucketId, `${key} ${type}`);
        await buckets.change(bucketId, key, { traceId, eventId }, async (bucket) => {
          if (type === 'deleted') return bucket.delete(key);
          // A past event is sent again without the object, which is there.
          if (body === undefined && (await bucket.announce(key))) return;
          await bucket.put(key, Buffer.from(body ?? ''), contentType);
        });
        return { traceId, eventId };
      }
      case 'authorizer':
        return this.authorizer(request, traceId);
      case 'call':
        return this.call(request, traceId, record(request.functionId, 'call'));
      case 'bus': {
        const { busId, type, source = 'console', data } = request;
        known(model.buses, 'event bus', busId);
        checkObject(data);
        const eventId = record(busId, `${type} of ${source}`);
        await buses.publish(busId, { type, source, data, traceId, eventId });
        return { traceId, eventId };
      }
      default:
        throw new FaastenError(
          'invalid-value',
          `there are no events of the kind ${shown((request as SendRequest).kind)}; give another one`,
        );
    }
  }

  private async call(
    { functionId, input }: Extract<SendRequest, { kind: 'call' }>,
    traceId: string,
    eventId: string,
  ): Promise<SendResult> {
    const runner = this.engine.runners.get(functionId);
    if (!runner) throw notFound('function', functionId);
    if (input.trim() !== '') checkJson(input);
    const started = performance.now();
    const body = input.trim() === '' ? undefined : input;
    const origin = { kind: 'call' as const, title: 'called by hand' };
    const { result, error } = await runner.run({ task: { kind: 'call', body }, origin, traceId, eventId });
    const answer = result?.of === 'call' && result.body !== undefined ? payloadOf(result.body, 'application/json') : undefined;
    return { traceId, eventId, response: { body: answer, durationMs: performance.now() - started }, ...(error && { error }) };
  }

  /** As the gate of its API asks it, and what it says in the form that handlers get. */
  private async authorizer(
    { authorizerId, method, path, headers }: Extract<SendRequest, { kind: 'authorizer' }>,
    traceId: string,
  ): Promise<SendResult> {
    const { model, issuer, now } = this.engine.parts;
    const guard = guardNamed(model, authorizerId);
    if (!guard) throw notFound('authorizer', authorizerId);
    const gate = new Gate({ issuer, runners: this.engine.runners, patience: PATIENCE, now }, httpQuestion);
    const started = performance.now();
    const [plain = '/', query = ''] = path.split('?', 2);
    const { api, route, spec } = guard;
    const asked = { api, route, method, path: plain, query, headers: lowerCase(headers), sourceIp: '127.0.0.1', traceId };
    const said = await gate.admit({ authorizer: spec }, asked);
    const [status, body] = 'status' in said ? [said.status, said] : [200, said.authorizer ?? {}];
    const response = {
      status,
      body: payloadOf(JSON.stringify(body), 'application/json'),
      durationMs: performance.now() - started,
    };
    return { traceId, response };
  }

  /** Over the wire, so that it passes everything that a client's request passes. */
  private async http(request: Extract<SendRequest, { kind: 'http' }>, traceId: string): Promise<SendResult> {
    const { apiId, method, path, headers, body } = this.withCredentials(request);
    const api = this.engine.apis.find(({ model }) => model.path === apiId);
    if (!api) throw notFound('HTTP API', apiId);
    if (!path.startsWith('/')) throw new FaastenError('invalid-value', `'${path}' is no path; start it with '/'`);
    const started = performance.now();
    const {
      host: _host,
      connection: _connection,
      'content-length': _length,
      'transfer-encoding': _encoding,
      ...rest
    } = lowerCase(headers);
    const sent = { ...rest, traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` };
    return new Promise((resolve, reject) => {
      const { port } = new URL(api.url);
      let outgoing: ReturnType<typeof httpRequest>;
      try {
        outgoing = httpRequest({ host: this.engine.host, port, method, path, headers: sent });
      } catch (error) {
        return reject(new FaastenError('invalid-value', `the request cannot be sent: ${(error as Error).message}`));
      }
      outgoing.once('error', reject);
      outgoing.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const answered = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
          const eventId = [...this.engine.parts.events.list({ resourceId: apiId })].find(
            (event) => event.traceId === traceId,
          )?.id;
          resolve({
            ...{ traceId, eventId },
            response: {
              status: response.statusCode,
              headers: answered,
              body: payloadOf(Buffer.concat(chunks), response.headers['content-type']),
              durationMs: performance.now() - started,
            },
          });
        });
      });
      outgoing.end(body);
    });
  }

  private withCredentials(request: Extract<SendRequest, { kind: 'http' }>): Extract<SendRequest, { kind: 'http' }> {
    const { credentials, events } = this.engine.parts;
    const original = request.eventId === undefined ? undefined : events.original(request.eventId);
    const { request: filled, missing } = credentials.filled(request, original?.kind === 'http' ? original : undefined);
    if (missing.length === 0) return filled;
    throw new FaastenError(
      'invalid-value',
      `'${missing.join("', '")}' of the request is ${HIDDEN}: credentials are not kept; put one in its place, or take it out`,
    );
  }
}

export function messageTitle(body: string): string {
  return `message of ${Buffer.byteLength(body)} bytes`;
}

function known(resources: Readonly<Record<string, unknown>>, what: string, id: string): void {
  if (!Object.hasOwn(resources, id)) throw notFound(what, id);
}

/** As the runtime's links check it. */
function isKey(key: string): boolean {
  const bytes = Buffer.byteLength(key);
  return bytes > 0 && bytes <= 1024 && !/\p{Cs}|[\r\n]|(^|\/)\.{1,2}(\/|$)/u.test(key);
}

/** The data of an event on a bus. */
function checkObject(text: string): void {
  const data = checkJson(text);
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new FaastenError('invalid-value', `the data of the event is no JSON object; give {"id":"…"}`);
}

function checkJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FaastenError('invalid-value', `the input is no JSON: ${(error as Error).message}`);
  }
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
