import { CfnManagedPolicy, CfnPolicy, CfnRole, type IRole } from 'aws-cdk-lib/aws-iam';
import {
  CfnElement,
  DefaultTokenResolver,
  type IPostProcessor,
  type IResolvable,
  type IResolveContext,
  Reference,
  StringConcat,
  Tokenization,
} from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import type { Grant } from '../../core/permissions.js';

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource?: string | string[];
  readonly NotResource?: string | string[];
  readonly Condition?: object;
}

/** What the policies of a role say, the role's own and those that grants of the CDK have added, by construct path. */
export function grantsOf(role: IRole): Grant[] {
  return role.node.findAll().flatMap((construct) => documentsOf(construct).flatMap((document) => statementsOf(role, document)));
}

function documentsOf(construct: IConstruct): unknown[] {
  if (construct instanceof CfnRole) {
    const policies = readable(construct, construct.policies) as { policyDocument: unknown }[] | undefined;
    return (policies ?? []).map(({ policyDocument }) => policyDocument);
  }
  return construct instanceof CfnPolicy || construct instanceof CfnManagedPolicy
    ? [readable(construct, construct.policyDocument)]
    : [];
}

function statementsOf(role: IRole, document: unknown): Grant[] {
  return ((document as { Statement?: Statement[] } | undefined)?.Statement ?? []).map(
    ({ Effect, Action, NotAction, Resource, NotResource, Condition }) => ({
      effect: Effect === 'Deny' ? 'deny' : 'allow',
      actions: NotAction === undefined ? listed(Action) : listed(NotAction).map((action) => `all but ${action}`),
      resources:
        NotResource === undefined ? listed(Resource ?? role.node.path) : listed(NotResource).map((each) => `all but ${each}`),
      condition: Condition && JSON.stringify(Condition),
    }),
  );
}

function listed(value: string | string[] | undefined): string[] {
  return [value ?? []].flat();
}

/** Resolved as for a template, but references are paths of constructs, and stay the same when logical ids change. */
function readable(scope: IConstruct, value: unknown): unknown {
  return Tokenization.resolve(value, { scope, resolver: new PathResolver(new Concat()), preparing: false });
}

class PathResolver extends DefaultTokenResolver {
  override resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    if (!Reference.isReference(token)) return super.resolveToken(token, context, postProcessor);
    const { path } = token.target.node;
    const own = CfnElement.isCfnElement(token.target) ? path.replace(/(\/Resource)+$/, '') : path;
    return /^(Ref|Arn|.*Arn)$/.test(token.displayName) ? own : `${own}.${token.displayName}`;
  }
}

class Concat extends StringConcat {
  override join(left: unknown, right: unknown): string {
    return super.join(text(left), text(right)) as string;
  }
}

function text(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part;
  const pseudo = /^AWS::(\w+)$/.exec((part as { Ref?: string }).Ref ?? '');
  return pseudo ? `<${pseudo[1]}>` : JSON.stringify(part);
}
