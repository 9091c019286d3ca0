import type { LinkTarget } from './link.js';
import type { AuthorizerSpec, FunctionSpec, TriggerSpec } from './model.js';

/** One thing that a function may do, in words: `Worker` may `send to` `Orders`. */
export interface PermissionModel {
  readonly may: string;
  /** Path of a construct, or what is no construct: a secret, a schedule. */
  readonly on: string;
  /** Whom it answers: `anyone`, or whom an authorizer lets in. Of routes only. */
  readonly for?: string;
}

/** What a platform allows a function, in its own terms. */
export interface Grant {
  /** Who is allowed, where it is not the function: `anyone`. */
  readonly principal?: string;
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

/** A route that leads to a function. */
export interface AnsweredRoute {
  readonly api: string;
  readonly key: string;
  /** Undefined where anyone may send requests. */
  readonly authorizer?: AuthorizerSpec;
}

function admitted(authorizer: AuthorizerSpec | undefined): string {
  if (authorizer === undefined) return 'anyone';
  return authorizer.kind === 'iam' ? 'identities of the target' : `whom ${authorizer.name} lets in`;
}

/** What the links, triggers, routes and secrets of a function make it able to do, in that order. */
export function permissionsOf(
  { secrets }: FunctionSpec,
  links: Iterable<LinkTarget>,
  triggers: Iterable<
    readonly [string, { readonly spec: TriggerSpec; readonly source?: { readonly node: { readonly path: string } } }]
  >,
  routes: readonly AnsweredRoute[],
): PermissionModel[] {
  return [
    ...[...links].map(({ access, construct }) => ({ may: LINKS[access], on: construct.node.path })),
    ...[...triggers].map(([name, { spec, source }]) => ({
      may: spec.kind === 'queue' ? 'receive from' : 'be started by',
      on: source?.node.path ?? `${spec.kind} ${name}`,
    })),
    ...routes.map(({ api, key, authorizer }) => ({ may: `answer ${key} of`, on: api, for: admitted(authorizer) })),
    ...Object.values(secrets).map(({ name }) => ({ may: 'read', on: `secret ${name}` })),
  ];
}
