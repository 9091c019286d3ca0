import type { FilterValue } from '../../../../core/model.js';
import { parseRoute } from '../../../../core/route.js';
import type { SampleEvent } from '../../console/protocol.js';
import type { LocalModel } from '../../model.js';

/** Events that a user may start from: one for each way into a function. */
export function samplesOf(model: LocalModel, functionId: string): SampleEvent[] {
  const samples: SampleEvent[] = [];
  for (const [apiId, { routes }] of Object.entries(model.apis)) {
    for (const [key, { function: target }] of Object.entries(routes)) {
      if (target !== functionId) continue;
      const { method, segments } = parseRoute(apiId, key);
      const path = `/${segments.map((segment) => (segment.kind === 'literal' ? segment.text : segment.kind === 'rest' ? 'a/b' : '1')).join('/')}`;
      const sent = method === 'ANY' ? 'GET' : method;
      const hasBody = ['POST', 'PUT', 'PATCH'].includes(sent);
      const headers: Record<string, string> = hasBody ? { 'content-type': 'application/json' } : {};
      samples.push({ name: key, request: { kind: 'http', apiId, method: sent, path, headers, ...(hasBody && { body: '{}' }) } });
    }
  }
  const { triggers } = model.functions[functionId]!;
  for (const [name, trigger] of Object.entries(triggers)) {
    switch (trigger.kind) {
      case 'queue': {
        const group = model.queues[trigger.source!]!.fifo && 'group-1';
        samples.push({ name, request: { kind: 'queue', queueId: trigger.source!, body: '{}', ...(group && { group }) } });
        break;
      }
      case 'topic': {
        const attributes = Object.fromEntries(
          Object.entries(trigger.filter).flatMap(([name, [first]]) => {
            const value = first === undefined ? undefined : valueFor(first);
            return value === undefined ? [] : [[name, value]];
          }),
        );
        samples.push({ name, request: { kind: 'topic', topicId: trigger.source!, body: '{}', attributes } });
        break;
      }
      case 'schedule':
        samples.push({ name, request: { kind: 'schedule', scheduleId: `${functionId}/${name}` } });
        break;
      case 'objects': {
        const key = `${trigger.prefix}sample${trigger.suffix}`;
        const [type] = trigger.events;
        samples.push({ name, request: { kind: 'objects', bucketId: trigger.source!, key, type: type!, body: 'hello' } });
        break;
      }
      case 'event': {
        const [type = 'sample'] = trigger.types;
        const [source] = trigger.sources;
        samples.push({ name, request: { kind: 'bus', busId: trigger.source!, type, source, data: '{}' } });
      }
    }
  }
  const called = Object.values(model.functions).some(({ links }) =>
    Object.values(links).some(({ kind, target }) => kind === 'function' && target === functionId),
  );
  if (called) samples.push({ name: 'call', request: { kind: 'call', functionId, input: '{}' } });
  return samples;
}

/** A value that meets a condition; undefined where the attribute has to be absent. */
function valueFor(condition: FilterValue): string | undefined {
  if (typeof condition === 'string') return condition;
  if ('prefix' in condition) return `${condition.prefix}1`;
  return 'exists' in condition && !condition.exists ? undefined : 'any';
}
