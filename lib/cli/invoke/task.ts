import type { FunctionModel, ServiceModel } from '../../core/describe.js';
import type { LocalCall } from '../../platforms/local/index.js';
import type { NeutralEvent, NeutralMessage } from '../events/neutral.js';
import { authorizerCall, busCall, socketCall } from './entrance.js';

/** A function, and the service that it is a part of. */
export interface Invoked {
  readonly fn: FunctionModel;
  readonly model: ServiceModel;
}

/** Names what was not sent by anybody. */
export const ID = 'invoked-1';

/**
 * What a worker is to do for an event.
 * @throws when nothing leads such an event to the function
 */
export function callOf(invoked: Invoked, event: NeutralEvent): LocalCall {
  const { fn } = invoked;
  if (event.kind === 'event') return busCall(invoked, event);
  if (event.kind === 'websocket') return socketCall(invoked, event);
  if (event.kind === 'authorizer') return authorizerCall(invoked, event);
  const { kind } = event;
  const [name, trigger] = Object.entries(fn.triggers).find(([, each]) => each.kind === kind) ?? [];
  const source = trigger?.source;
  const origin = (title: string) => ({ kind, resourceId: source, title });
  switch (event.kind) {
    case 'http': {
      const { method = 'GET', path = '/', headers = {}, body, identity } = event;
      const routes = fn.routes.filter(({ key }) => key.includes(' '));
      return {
        task: {
          kind: 'http',
          method,
          url: `http://localhost${path}`,
          headers: Object.entries(headers).flat(),
          body: body === undefined || method === 'GET' || method === 'HEAD' ? undefined : Buffer.from(textOf(body)),
          route: (routeFor(routes, method, path) ?? routes[0]!).key,
          authorizer: identity && { jwt: { claims: { sub: identity.subject, ...identity.claims }, scopes: identity.scopes } },
        },
        origin: origin(`${method} ${path}`),
      };
    }
    case 'call': {
      const body = event.input === undefined ? undefined : JSON.stringify(event.input);
      return { task: { kind: 'call', body }, origin: origin('call') };
    }
    case 'queue': {
      const items = event.messages.map(messageOf);
      return {
        task: { kind: 'queue', trigger: name, items },
        origin: origin(`${items.length} message${items.length === 1 ? '' : 's'}`),
      };
    }
    case 'topic':
      return { task: { kind: 'topic', trigger: name, items: [messageOf(event)] }, origin: origin('1 message') };
    case 'schedule': {
      const time = event.time === undefined ? new Date() : new Date(event.time);
      return {
        task: { kind: 'schedule', trigger: name, items: [{ id: ID, name, time, attempt: 1 }] },
        origin: origin(name ?? 'schedule'),
      };
    }
    case 'objects': {
      const { key, type = 'created', body } = event;
      const item = {
        id: ID,
        bucket: source,
        key,
        type,
        size: body === undefined ? undefined : Buffer.byteLength(body),
        time: new Date(),
        attempt: 1,
      };
      return { task: { kind: 'objects', trigger: name, items: [item] }, origin: origin(`${key} ${type}`) };
    }
  }
}

function messageOf({ body, attributes = {} }: NeutralMessage, index = 0): object {
  return { id: `invoked-${index + 1}`, text: textOf(body), attributes, time: new Date(), attempt: 1 };
}

export const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

/** The route whose form a request has. */
export function routeFor(
  routes: FunctionModel['routes'],
  method: string,
  path: string,
): FunctionModel['routes'][number] | undefined {
  const given = path.split('?')[0]!;
  return routes.find(({ key }) => {
    const [allowed, template = ''] = key.split(' ');
    const pattern = template
      .replace(/[.*?^$()|[\]\\]/g, '\\$&')
      .replace(/\{\w+\+\}/g, '.+')
      .replace(/\{\w+\}/g, '[^/]+');
    return (allowed === method || allowed === 'ANY') && new RegExp(`^${pattern}$`).test(given);
  });
}
