/** What can be sent to, and what an event looks like before anybody edits it. */
import type { ApiNode, GraphNode, SampleEvent, SendRequest } from '../../../lib/platforms/local/console/protocol.js';
import { graph } from '../state/live.js';

export interface Target {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  /** Starting point; samples of functions replace it. */
  readonly request: SendRequest;
}

/** In the order of the select: what the outside sends first, calls last. */
export function targets(): Target[] {
  const nodes = graph.value?.nodes ?? [];
  return [
    ...nodes.flatMap((node) => (node.kind === 'api' ? routeTargets(node) : [])),
    ...nodes.flatMap((node): Target[] => {
      const request = blank(node);
      return request && node.kind !== 'function'
        ? [{ id: node.id, label: node.label, group: GROUPS[node.kind] ?? 'Other', request }]
        : [];
    }),
    ...nodes.flatMap((node) => (node.kind === 'api' ? authorizerTargets(node) : [])),
    ...nodes.flatMap((node): Target[] => {
      const request = blank(node);
      return request && node.kind === 'function'
        ? [{ id: node.id, label: `${node.label} (direct call)`, group: GROUPS.function!, request }]
        : [];
    }),
  ];
}

const GROUPS: Readonly<Record<string, string>> = {
  queue: 'Queues',
  topic: 'Topics',
  bucket: 'Buckets',
  bus: 'Event buses',
  schedule: 'Schedules',
  function: 'Functions',
};

/** `Shop/Api#GET /orders/{id}` */
export const routeId = (api: ApiNode, key: string): string => `${api.id}#${key}`;

function routeTargets(api: ApiNode): Target[] {
  return api.routes.map((route) => {
    const start: SendRequest = {
      kind: 'http',
      apiId: api.id,
      method: route.method === 'ANY' ? 'GET' : route.method,
      path: route.path,
      headers: {},
    };
    const withBody: SendRequest = { ...start, headers: { 'content-type': 'application/json' }, body: '{}' };
    const request = /^(GET|HEAD|DELETE|OPTIONS|ANY)$/.test(route.method) ? start : withBody;
    return { id: routeId(api, route.key), label: route.key, group: api.label, request };
  });
}

function authorizerTargets(api: ApiNode): Target[] {
  return api.authorizers.map(({ id, label }) => {
    const route = api.routes.find(({ authorizerId }) => authorizerId === id);
    const method = route === undefined || route.method === 'ANY' ? 'GET' : route.method;
    const request: SendRequest = { kind: 'authorizer', authorizerId: id, method, path: route?.path ?? '/', headers: {} };
    return { id, label, group: `Authorizers of ${api.label}`, request };
  });
}

function blank({ kind, id }: GraphNode): SendRequest | undefined {
  switch (kind) {
    case 'queue':
      return { kind, queueId: id, body: '{}', attributes: {} };
    case 'topic':
      return { kind, topicId: id, body: '{}', attributes: {} };
    case 'bucket':
      return { kind: 'objects', bucketId: id, key: 'example.txt', type: 'created', body: 'hello', contentType: 'text/plain' };
    case 'schedule':
      return { kind, scheduleId: id };
    case 'bus':
      return { kind, busId: id, type: 'sample', data: '{}' };
    case 'function':
      return { kind: 'call', functionId: id, input: '{}' };
    default:
      return undefined;
  }
}

/** The target that an event belongs to. */
export function targetOf(request: SendRequest, all: readonly Target[]): Target | undefined {
  if (request.kind !== 'http') {
    const id = idOf(request);
    return all.find((target) => target.id === id);
  }
  const own = all.filter((target) => target.request.kind === 'http' && target.request.apiId === request.apiId);
  const fits = (target: Target) => {
    const [method, pattern = ''] = target.id.slice(target.id.indexOf('#') + 1).split(' ');
    return (method === request.method || method === 'ANY') && matchesPath(pattern, request.path.split('?')[0]!);
  };
  return own.find(fits) ?? own[0];
}

export function matchesPath(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const given = path.split('/');
  const rest = wanted.at(-1)?.endsWith('+}') === true;
  if (rest ? given.length < wanted.length : given.length !== wanted.length) return false;
  return wanted.every((part, index) => part.startsWith('{') || part === given[index]);
}

export function idOf(request: SendRequest): string {
  switch (request.kind) {
    case 'http':
      return request.apiId;
    case 'queue':
      return request.queueId;
    case 'topic':
      return request.topicId;
    case 'schedule':
      return request.scheduleId;
    case 'objects':
      return request.bucketId;
    case 'call':
      return request.functionId;
    case 'authorizer':
      return request.authorizerId;
    case 'bus':
      return request.busId;
  }
}

/** Functions whose samples suit a target: that of a route, those that a queue or topic starts, the function itself. */
export function functionsOf(target: Target): string[] {
  const { nodes = [], edges = [] } = graph.value ?? {};
  if (target.request.kind === 'http') {
    const apiId = target.request.apiId;
    const node = nodes.find((each) => each.id === apiId);
    const route = node?.kind === 'api' ? node.routes.find(({ key }) => routeId(node, key) === target.id) : undefined;
    return route ? [route.functionId] : [];
  }
  if (target.request.kind === 'call') return [target.id];
  return [...new Set(edges.filter((edge) => edge.kind === 'trigger' && edge.from === target.id).map((edge) => edge.to))];
}

/** Samples of a function are for all that starts it; these are for one target. */
export function samplesFor(target: Target, samples: readonly SampleEvent[], all: readonly Target[]): SampleEvent[] {
  return samples.filter(({ request }) => targetOf(request, all)?.id === target.id);
}

/** The target that an address names (`?to=`): a route, a resource, an API's first route, or what starts a function. */
export function targetNamed(id: string, all: readonly Target[]): Target | undefined {
  const exact = all.find((target) => target.id === id);
  if (exact && exact.request.kind !== 'call') return exact;
  const route = all.find((target) => target.request.kind === 'http' && target.request.apiId === id);
  const starts = all.find((target) => target.request.kind !== 'call' && functionsOf(target).includes(id));
  return route ?? starts ?? exact;
}
