import { FaastenError, shown } from '../../core/errors.js';
import type { Asked, LocalCall } from '../../platforms/local/index.js';
import { local } from '../dev/session.js';
import type { NeutralEvent, NeutralIdentity, NeutralRequest } from '../events/neutral.js';
import { ID, type Invoked, routeFor, textOf } from './task.js';

type Of<K extends NeutralEvent['kind']> = Extract<NeutralEvent, { kind: K }>;

/** An event of a bus, for the first trigger that it fits. */
export function busCall({ fn }: Invoked, { type, source = 'console', data = {} }: Of<'event'>): LocalCall {
  const found = Object.entries(fn.triggers).find(
    ([, trigger]) => trigger.kind === 'event' && includes(trigger.types, type) && includes(trigger.sources, source),
  );
  if (!found)
    throw new FaastenError(
      'event-invalid',
      `no trigger of '${fn.path}' takes the event '${type}' of '${source}': its types or sources are others`,
    );
  const [name, trigger] = found;
  const event = { id: ID, 'detail-type': type, source, time: new Date().toISOString(), detail: data };
  return {
    task: { kind: 'event', trigger: name, items: [{ faasten: 'event', name, event, attempt: 1 }] },
    origin: { kind: 'other', resourceId: trigger.source, title: `${type} of ${source}` },
  };
}

/** A connection or message of a WebSocket API, for the route that takes it. */
export function socketCall({ fn, model }: Invoked, event: Of<'websocket'>): LocalCall {
  const { type, body, code = 1000, connectionId = ID, identity } = event;
  const text = body === undefined ? '' : textOf(body);
  const { api, key } = socketRoute({ fn, model }, type, body);
  const client = {
    ...{ api, connectionId, connectedAt: Date.now(), authorizer: answerOf(identity) },
    asked: askedOf(event, api, '$connect'),
  };
  const { connectEvent, disconnectEvent, messageEvent } = local();
  const told =
    type === 'connect'
      ? connectEvent(client)
      : type === 'disconnect'
        ? disconnectEvent(client, code, '')
        : messageEvent(client, key, text);
  return { task: { kind: 'websocket', event: told }, origin: { kind: 'other', resourceId: api, title: key } };
}

function socketRoute({ fn, model }: Invoked, type: Of<'websocket'>['type'], body: unknown): { api: string; key: string } {
  const routes = fn.routes.filter(({ key }) => !key.includes(' '));
  const field = ({ api }: { api: string }) => model.webSocketApis!.find(({ path }) => path === api)!.routeBy;
  const named = (route: { api: string; key: string }) =>
    type === 'message' ? (body as any)?.[field(route)] === route.key && !route.key.startsWith('$') : route.key === `$${type}`;
  const found = routes.find(named) ?? (type === 'message' ? routes.find(({ key }) => key === '$default') : undefined);
  if (found) return found;
  const name = routes[0] ? field(routes[0]) : 'action';
  const what = type === 'message' ? `a message whose ${name} is ${shown((body as any)?.[name])}` : `$${type}`;
  throw new FaastenError(
    'event-invalid',
    `no route of '${fn.path}' takes ${what}; it has ${routes.map(({ key }) => key).join(', ')}`,
  );
}

/** A question of the API whose route the request has, if one does. */
export function authorizerCall({ fn, model }: Invoked, event: Of<'authorizer'>): LocalCall {
  const { method = 'GET', path = '/' } = event;
  const routes = model.functions.flatMap((each) => each.routes);
  const route = routeFor(routes, method, path);
  const asked = askedOf({ headers: {}, ...event }, route?.api ?? fn.path, route?.key ?? '');
  const source = Object.values(asked.headers).map(String);
  return {
    task: { kind: 'authorizer', event: local().httpQuestion(asked, source) },
    origin: { kind: 'other', resourceId: route?.api, title: `who may ${method} ${path}` },
  };
}

function askedOf({ method = 'GET', path = '/', headers = {} }: NeutralRequest, api: string, route: string): Asked {
  const [before = '/', query = ''] = path.split('?', 2);
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    ...{ api, route, method, query, path: before },
    headers: { host: 'localhost', ...lower },
    sourceIp: '127.0.0.1',
    traceId: ID,
  };
}

/** What an authorizer found out, as events of a WebSocket API tell it. */
function answerOf(identity: NeutralIdentity | undefined): object | undefined {
  if (!identity) return undefined;
  const { subject, claims = {}, scopes } = identity;
  const all = scopes ? { scope: scopes.join(' '), ...claims } : claims;
  return { principalId: subject, subject, claims: JSON.stringify(all) };
}

const includes = (list: readonly string[], value: string) => list.length === 0 || list.includes(value);
