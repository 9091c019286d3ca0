import { NEUTRAL, type NeutralEvent } from '../events/neutral.js';
import type { SampleSettings } from '../events/sample.js';
import type { Invoked } from './task.js';

/** An event of a kind that the function takes: its first route, its trigger. */
export function sampleFor(invoked: Invoked, kind: NeutralEvent['kind']): NeutralEvent {
  return NEUTRAL[kind].make(settingsFor(invoked, kind)) as NeutralEvent;
}

function settingsFor({ fn, model }: Invoked, kind: NeutralEvent['kind']): SampleSettings {
  const trigger = Object.values(fn.triggers).find((each) => each.kind === kind);
  if (trigger?.kind === 'objects')
    return { key: `${trigger.prefix}sample${trigger.suffix}`, deleted: trigger.events[0] === 'deleted' };
  if (trigger?.kind === 'event') return { type: trigger.types[0], source: trigger.sources[0] };
  if (kind === 'http') {
    const [method, route = '/'] = fn.routes.find(({ key }) => key.includes(' '))?.key.split(' ') ?? [];
    return { method: method === 'ANY' ? 'GET' : method, path: route.replace(/\{(\w+)\+?\}/g, '$1') };
  }
  if (kind !== 'websocket') return {};
  const routes = fn.routes.filter(({ key }) => !key.includes(' '));
  const message = routes.find(({ key }) => !key.startsWith('$')) ?? routes.find(({ key }) => key === '$default');
  if (!message) return { type: routes[0]?.key.slice(1) };
  const { routeBy } = model.webSocketApis!.find(({ path }) => path === message.api)!;
  return { body: JSON.stringify({ [routeBy]: message.key, text: 'hello' }) };
}
