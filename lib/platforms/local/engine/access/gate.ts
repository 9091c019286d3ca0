import type { FunctionAuthorizerSpec, JwtAuthorizerSpec } from '../../../../core/model.js';
import type { LocalAuthorizer } from '../../model.js';
import { authorizerEdge } from '../edges.js';
import type { FunctionRunner } from '../runner.js';
import { type Asked, identitySource } from './asked.js';
import type { Issuer } from './issuer.js';

/** Why a request is not let in, as API Gateway answers. */
export interface Refusal {
  readonly status: 401 | 403 | 500;
  readonly title: string;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an authorizer found out, in the form of `requestContext.authorizer`. */
export type Admitted = { readonly authorizer?: object };

export interface GateOptions {
  readonly issuer: Issuer;
  readonly runners: ReadonlyMap<string, FunctionRunner>;
  /** Milliseconds that a question waits for a free worker. */
  readonly patience: number;
  now(): number;
}

type Question = (asked: Asked, source: readonly string[]) => object;

/** Lets requests in, or not: asks their routes' authorizers. */
export class Gate {
  /** What functions said, as long as it holds. */
  private readonly answers = new Map<string, { readonly untilMs: number; readonly outcome: Admitted | Refusal }>();

  /** @param question what a function is asked with, which differs by the kind of API */
  constructor(
    private readonly options: GateOptions,
    private readonly question: Question,
  ) {}

  async admit(
    { authorizer, scopes }: { readonly authorizer?: LocalAuthorizer; readonly scopes?: readonly string[] },
    asked: Asked,
  ): Promise<Admitted | Refusal> {
    if (!authorizer) return {};
    return authorizer.kind === 'jwt' ? this.token(authorizer, scopes, asked) : this.ask(authorizer, asked);
  }

  private async token(
    spec: JwtAuthorizerSpec,
    scopes: readonly string[] | undefined,
    { headers }: Asked,
  ): Promise<Admitted | Refusal> {
    const { authorization = '' } = headers;
    if (authorization === '') return unauthorized('the request has no authorization header', 'Bearer');
    let claims: Record<string, unknown>;
    try {
      claims = await this.options.issuer.verify(authorization.replace(/^Bearer /i, ''), spec, this.options.now());
    } catch (error) {
      const { message } = error as Error;
      const detail = `the token of '${spec.issuer}' is not accepted: ${message}; here, only tokens that faasten makes are`;
      return unauthorized(detail, 'Bearer error="invalid_token"');
    }
    const own = scopesOf(claims);
    if (scopes && !scopes.some((scope) => own.includes(scope))) {
      const detail = `the token has none of the scopes ${scopes.join(', ')}`;
      const header = `Bearer scope="${scopes.join(' ')}" error="insufficient_scope"`;
      return { status: 403, title: 'Forbidden', detail, headers: { 'www-authenticate': header } };
    }
    const texts = Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, claimText(value)]));
    return { authorizer: { jwt: { claims: texts, scopes: scopes ? own : null } } };
  }

  private async ask(spec: FunctionAuthorizerSpec & { readonly function: string }, asked: Asked): Promise<Admitted | Refusal> {
    const source = identitySource(spec, asked);
    if (!source) return unauthorized(`the request lacks one of ${[...spec.headers, ...spec.query].join(', ')}`);
    const { now } = this.options;
    const key = JSON.stringify([spec.name, asked.route, ...source]);
    const known = this.answers.get(key);
    if (known && known.untilMs > now()) return known.outcome;
    const outcome = await this.run(spec, asked, source);
    if (spec.cacheSeconds > 0 && !('status' in outcome && outcome.status === 500)) {
      this.forget();
      this.answers.set(key, { untilMs: now() + spec.cacheSeconds * 1000, outcome });
    }
    return outcome;
  }

  private async run(
    { name, function: fn }: FunctionAuthorizerSpec & { readonly function: string },
    asked: Asked,
    source: readonly string[],
  ): Promise<Admitted | Refusal> {
    const { api, route, traceId } = asked;
    const { result, error } = await this.options.runners.get(fn)!.run({
      task: { kind: 'authorizer', event: this.question(asked, source) },
      origin: { kind: 'other', resourceId: api, edgeId: authorizerEdge(api, name), title: `who may ${route}` },
      traceId,
      patience: this.options.patience,
    });
    const answer = result?.of === 'answer' && result.error === undefined ? result.value : undefined;
    if (!answer)
      return { status: 500, title: 'Internal Server Error', detail: `the authorizer '${name}' failed: ${error?.message}` };
    const admits = answer.isAuthorized ?? answer.policyDocument.Statement[0].Effect === 'Allow';
    if (!admits) return { status: 403, title: 'Forbidden', detail: `the authorizer '${name}' does not let the request in` };
    // HTTP APIs tell the answer apart; others tell it as it is, with the principal.
    return {
      authorizer: 'isAuthorized' in answer ? { lambda: answer.context } : { ...answer.context, principalId: answer.principalId },
    };
  }

  private forget(): void {
    if (this.answers.size < 1000) return;
    const now = this.options.now();
    for (const [key, { untilMs }] of this.answers) if (untilMs <= now) this.answers.delete(key);
    if (this.answers.size >= 1000) this.answers.clear();
  }
}

function unauthorized(detail: string, challenge?: string): Refusal {
  return { status: 401, title: 'Unauthorized', detail, ...(challenge && { headers: { 'www-authenticate': challenge } }) };
}

/** Of `scope`, which is text, or `scp`, which may be a list. */
function scopesOf({ scope, scp }: Readonly<Record<string, unknown>>): string[] {
  const value = scope ?? scp;
  return Array.isArray(value)
    ? value.map(String)
    : String(value ?? '')
        .split(' ')
        .filter(Boolean);
}

/** As API Gateway writes claims: lists in brackets. */
function claimText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(claimText).join(' ')}]`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
