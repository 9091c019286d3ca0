import type { FunctionModel } from '../../core/describe.js';
import type { LocalCall } from '../../platforms/local/index.js';
import type { NeutralEvent, NeutralMessage } from '../events/neutral.js';

/** What a worker is to do for an event. */
export function callOf(fn: FunctionModel, event: NeutralEvent): LocalCall {
  const [name, trigger] = Object.entries(fn.triggers).find(([, { kind }]) => kind === event.kind) ?? [];
  const source = trigger?.source;
  const origin = (title: string) => ({ kind: event.kind, resourceId: source, title });
  switch (event.kind) {
    case 'http': {
      const { method = 'GET', path = '/', headers = {}, body } = event;
      const route = fn.routes[0]!.key;
      return {
        task: {
          kind: 'http',
          method,
          url: `http://localhost${path}`,
          headers: Object.entries(headers).flat(),
          body: body === undefined || method === 'GET' || method === 'HEAD' ? undefined : Buffer.from(textOf(body)),
          route: routeFor(fn, method, path) ?? route,
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

const ID = 'invoked-1';

function messageOf({ body, attributes = {} }: NeutralMessage, index = 0): object {
  return { id: `invoked-${index + 1}`, text: textOf(body), attributes, time: new Date(), attempt: 1 };
}

const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

/** The function's route whose form the request has. */
function routeFor(fn: FunctionModel, method: string, path: string): string | undefined {
  const given = path.split('?')[0]!;
  return fn.routes.find(({ key }) => {
    const [allowed, template = ''] = key.split(' ');
    const pattern = template
      .replace(/[.*?^$()|[\]\\]/g, '\\$&')
      .replace(/\{\w+\+\}/g, '.+')
      .replace(/\{\w+\}/g, '[^/]+');
    return (allowed === method || allowed === 'ANY') && new RegExp(`^${pattern}$`).test(given);
  })?.key;
}
