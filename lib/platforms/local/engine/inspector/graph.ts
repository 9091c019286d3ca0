import type { FilterSpec } from '../../../../core/model.js';
import { parseRoute } from '../../../../core/route.js';
import type { GraphEdge, GraphNode, ServiceGraph } from '../../console/protocol.js';
import type { LocalAuthorizer, LocalModel, LocalTrigger } from '../../model.js';
import { authorizerEdge, linkEdge, routeEdge, subscriptionEdge, triggerEdge } from '../edges.js';
import { labelOf } from '../history/record.js';
import { conditionText } from '../mail/filter.js';
import { authorizerId, authorizersOf } from './authorizers.js';

/** What the graph has beside the model. */
export interface GraphFacts {
  readonly urls: ReadonlyMap<string, string>;
  readonly problems: ReadonlyMap<string, string>;
  readonly revision: number;
  hasSecret(name: string): boolean;
}

/** The service as nodes and edges. */
export function graphOf(model: LocalModel, facts: GraphFacts): ServiceGraph {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  for (const [id, { description, routes }] of Object.entries(model.apis)) {
    const authorizers = authorizersOf(id, routes);
    const list = Object.entries(routes).map(([key, { function: functionId, authorizer, scopes }]) => {
      const { method, path } = parseRoute(id, key);
      return { key, method, path, functionId, authorizerId: authorizer && authorizerId(id, authorizer), scopes };
    });
    nodes.push({
      kind: 'api',
      id,
      label: labelOf(id),
      description,
      url: facts.urls.get(id) ?? '',
      routes: list,
      authorizers: authorizers.map(({ summary }) => summary),
    });
    for (const { spec } of authorizers) {
      if (spec.kind === 'function') edges.push(authorizerLine(id, spec));
    }
    for (const { key, functionId } of list) {
      edges.push({ id: routeEdge(id, key), from: id, to: functionId, kind: 'route', label: key });
    }
  }
  for (const [id, fn] of Object.entries(model.functions)) {
    const { description, memoryMiB, timeoutSeconds, maxConcurrency, code, environment, secrets, triggers, links } = fn;
    nodes.push({
      ...{ kind: 'function', id, label: labelOf(id), description, memoryMiB, timeoutSeconds, maxConcurrency },
      entry: code.kind === 'entry' ? code.entry : undefined,
      environment: Object.keys(environment).sort(),
      secrets: Object.entries(secrets).map(([name, secret]) => ({ name, found: facts.hasSecret(secret.name) })),
      problem: facts.problems.get(id),
    });
    for (const [name, trigger] of Object.entries(triggers)) {
      const from = trigger.source ?? `${id}/${name}`;
      if (trigger.kind === 'schedule') nodes.push({ kind: 'schedule', id: from, label: name, expression: expressionOf(trigger) });
      edges.push({ id: triggerEdge(id, name), from, to: id, kind: 'trigger', label: name, detail: detailOf(trigger) });
    }
    for (const [name, { access, target }] of Object.entries(links)) {
      edges.push({ id: linkEdge(id, name), from: id, to: target, kind: 'link', label: name, detail: WORDS[access] ?? access });
    }
  }
  for (const [id, { maxAttempts, fifo, subscriptions }] of Object.entries(model.queues)) {
    nodes.push({ kind: 'queue', id, label: labelOf(id), maxAttempts, fifo: fifo !== undefined });
    for (const [name, { topic, filter }] of Object.entries(subscriptions)) {
      edges.push({
        id: subscriptionEdge(id, name),
        from: topic,
        to: id,
        kind: 'trigger',
        label: name,
        detail: filterText(filter),
      });
    }
  }
  for (const [id, { description, routeBy, routes, authorizer }] of Object.entries(model.websockets)) {
    const shown = { url: facts.urls.get(id) ?? '', 'routed by': routeBy };
    nodes.push({ kind: 'websocket', id, label: labelOf(id), description, facts: shown });
    for (const [key, { function: to }] of Object.entries(routes)) {
      edges.push({ id: routeEdge(id, key), from: id, to, kind: 'route', label: key });
    }
    if (authorizer?.kind === 'function') edges.push(authorizerLine(id, authorizer));
  }
  for (const id of Object.keys(model.buses)) nodes.push({ kind: 'bus', id, label: labelOf(id), facts: {} });
  for (const id of Object.keys(model.topics)) nodes.push({ kind: 'topic', id, label: labelOf(id) });
  for (const id of Object.keys(model.buckets)) nodes.push({ kind: 'bucket', id, label: labelOf(id) });
  return { service: serviceName(nodes), revision: facts.revision, nodes, edges };
}

function authorizerLine(api: string, { name, function: to }: Extract<LocalAuthorizer, { kind: 'function' }>): GraphEdge {
  return { id: authorizerEdge(api, name), from: api, to, kind: 'route', label: name, detail: 'authorizer' };
}

const WORDS: Readonly<Record<string, string>> = { readWrite: 'read, write' };

/** What all paths start with. */
function serviceName(nodes: readonly GraphNode[]): string {
  return nodes[0]?.id.split('/')[0] ?? 'service';
}

/** A schedule in words: `0 3 * * * (Europe/Berlin)`. */
export function expressionOf({ expression }: Extract<LocalTrigger, { kind: 'schedule' }>): string {
  if (expression.kind === 'cron') return `${expression.cron.source} (${expression.timeZone})`;
  if (expression.kind === 'at') return `once, ${expression.local} (${expression.timeZone})`;
  const minutes = expression.everySeconds / 60;
  return minutes === 1 ? 'every minute' : `every ${minutes} minutes`;
}

function detailOf(trigger: LocalTrigger): string | undefined {
  switch (trigger.kind) {
    case 'queue':
      return trigger.batchSize > 1 ? `batches of ${trigger.batchSize}` : undefined;
    case 'topic':
      return filterText(trigger.filter);
    case 'objects':
      return `${trigger.prefix}*${trigger.suffix} ${trigger.events.join(', ')}`;
    case 'event':
      return [...trigger.types, ...trigger.sources.map((source) => `of ${source}`)].join(', ') || undefined;
    default:
      return undefined;
  }
}

function filterText(filter: FilterSpec): string | undefined {
  const texts = Object.entries(filter).map(([name, conditions]) => `${name}: ${conditions.map(conditionText).join(', ')}`);
  return texts.length > 0 ? texts.join('; ') : undefined;
}
