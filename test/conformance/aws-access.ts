/** Who may send a request, as API Gateway finds it out: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html */
import type { LambdaAnswer } from '../engines/lambda.js';
import { httpApiEvent, type restApiEvent } from './aws-events.js';
import type { AwsRoute } from './aws-routes.js';
import type { Template } from './aws-template.js';
import { type Issuer, scopesOf } from './issuer.js';
import type { ClientRequest } from './target.js';

const ARN = 'arn:aws:execute-api:us-east-2:123456789012:r3pmxmplak';

export type Invoke = (functionId: string, event: unknown) => Promise<LambdaAnswer>;
/** Status of a refusal, or what the event says of who it is. */
export type Admission = { readonly status: number } | { readonly authorizer?: object };

export class AccessControl {
  /** What functions answered, which holds for as long as the authorizer says: longer than a test. */
  private readonly answers = new Map<string, Promise<Admission>>();

  /** @param apiEvent the form of the events, by which functions are asked in the form of that kind of API */
  constructor(
    private readonly template: Template,
    private readonly issuer: Issuer,
    private readonly apiEvent: typeof restApiEvent,
    private readonly invoke: Invoke,
  ) {}

  async admit({ key, authorizer: id, scopes }: AwsRoute, request: ClientRequest): Promise<Admission> {
    if (!id) return {};
    const authorizer = this.template.properties(id);
    return authorizer.AuthorizerType === 'JWT'
      ? this.token(authorizer.JwtConfiguration, scopes, request)
      : this.ask(authorizer, key, request);
  }

  private async token({ Issuer, Audience }: any, wanted: string[] | undefined, request: ClientRequest): Promise<Admission> {
    const claims = await this.issuer.claimsOf(headerOf(request, 'authorization'), Issuer, Audience);
    if (!claims) return { status: 401 };
    const scopes = scopesOf(claims);
    if (wanted && !wanted.some((scope) => scopes.includes(scope))) return { status: 403 };
    const texts = Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, String(value)]));
    return { authorizer: { jwt: { claims: texts, scopes: wanted ? scopes : null } } };
  }

  private async ask(authorizer: Record<string, any>, route: string, request: ClientRequest): Promise<Admission> {
    const names: string[] = [authorizer.IdentitySource].flat().flatMap((source: string) => source.split(','));
    const headers = names.flatMap((name) => /request\.header\.(.+)$/.exec(name)?.[1] ?? []);
    const sources = headers.map((header) => headerOf(request, header));
    if (sources.some((source) => !source)) return { status: 401 };
    // An answer is kept for the route only where the authorizer says so.
    if (names.some((name) => /context\.(routeKey|resourcePath)$/.test(name))) sources.push(route);
    const key = JSON.stringify([authorizer.Name, sources]);
    const known = this.answers.get(key);
    if (known) return known;
    const asked = this.question(authorizer, route, request, sources.slice(0, headers.length) as string[]);
    if (authorizer.AuthorizerResultTtlInSeconds > 0) this.answers.set(key, asked);
    return asked;
  }

  private async question(
    authorizer: Record<string, any>,
    route: string,
    request: ClientRequest,
    identitySource: string[],
  ): Promise<Admission> {
    const isSecond = this.apiEvent === httpApiEvent;
    const { body: _, isBase64Encoded: __, ...event } = this.apiEvent({ ...request, body: undefined }, route) as any;
    const { method, target } = request;
    const about = isSecond
      ? { type: 'REQUEST', routeArn: `${ARN}/$default/${method}${target}`, identitySource }
      : { type: 'REQUEST', methodArn: `${ARN}/Prod/${method}${target}` };
    const fn = this.template.idIn(authorizer.AuthorizerUri, 'AWS::Lambda::Function')!;
    const { payload, error } = await this.invoke(fn, { ...event, ...about });
    const answer = payload as any;
    if (error) return { status: 500 };
    if (isSecond) return answer.isAuthorized ? { authorizer: { lambda: answer.context } } : { status: 403 };
    return allows(answer, about.methodArn!) ? { authorizer: contextOf(answer) } : { status: 403 };
  }
}

/** Whether a policy allows it: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
export function allows({ policyDocument }: any, arn: string): boolean {
  return policyDocument.Statement.some(
    ({ Action, Effect, Resource }: any) =>
      Action === 'execute-api:Invoke' && Effect === 'Allow' && arn.startsWith(Resource.replace(/\*$/, '')),
  );
}

/** What events say of such an answer. */
export const contextOf = ({ principalId, context }: any): object => ({ principalId, integrationLatency: 7, ...context });

const headerOf = ({ headers = [] }: ClientRequest, name: string) => headers.find(([each]) => each.toLowerCase() === name)?.[1];
