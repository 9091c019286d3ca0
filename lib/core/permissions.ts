import type { LinkTarget } from './link.js';
import type { FunctionSpec, TriggerSpec } from './model.js';

/** One thing that a function may do, in words: `Worker` may `send to` `Orders`. */
export interface PermissionModel {
  readonly may: string;
  /** Path of a construct, or what is no construct: a secret, a schedule. */
  readonly on: string;
}

/** What a platform allows a function, in its own terms. */
export interface Grant {
  /** `deny` wins over every `allow`. */
  readonly effect: 'allow' | 'deny';
  readonly actions: readonly string[];
  /** Construct paths where constructs are meant. */
  readonly resources: readonly string[];
  /** Under what condition only, as the platform writes it. */
  readonly condition?: string;
}

const LINKS: Readonly<Record<LinkTarget['access'], string>> = {
  send: 'send to',
  publish: 'publish to',
  read: 'read',
  write: 'write to',
  readWrite: 'read and write to',
  invoke: 'call',
  push: 'send to connections of',
};

/** What the links, triggers, routes and secrets of a function make it able to do, in that order. */
export function permissionsOf(
  { secrets }: FunctionSpec,
  links: Iterable<LinkTarget>,
  triggers: Iterable<
    readonly [string, { readonly spec: TriggerSpec; readonly source?: { readonly node: { readonly path: string } } }]
  >,
  routes: readonly { readonly api: string; readonly key: string }[],
): PermissionModel[] {
  return [
    ...[...links].map(({ access, construct }) => ({ may: LINKS[access], on: construct.node.path })),
    ...[...triggers].map(([name, { spec, source }]) => ({
      may: spec.kind === 'queue' ? 'receive from' : 'be started by',
      on: source?.node.path ?? `${spec.kind} ${name}`,
    })),
    ...routes.map(({ api, key }) => ({ may: `answer ${key} of`, on: api })),
    ...Object.values(secrets).map(({ name }) => ({ may: 'read', on: `secret ${name}` })),
  ];
}
