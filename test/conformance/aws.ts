import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Service } from '../../lib/index.js';
import { capabilities } from '../../lib/platforms/aws/capabilities.js';
import { AwsApi } from '../../lib/platforms/aws/index.js';
import { awsSdkAvailable } from '../engines/cloud-servers.js';
import { type LambdaAnswer, type LambdaFunction, available as lambdaAvailable, startFunction } from '../engines/lambda.js';
import { AccessControl } from './aws-access.js';
import { invokeAsync, publish } from './aws-bus.js';
import { httpApiEvent, objectEvent, restApiEvent, scheduleEvent, snsEvent, sqsEvent } from './aws-events.js';
import { type AwsRoute, httpRoutes, restRoutes, routeFor } from './aws-routes.js';
import { SocketGateway } from './aws-sockets.js';
import { type Resource, Template } from './aws-template.js';
import { Issuer } from './issuer.js';
import { Conformance } from './service.js';
import type { ClientResponse, Running, Target } from './target.js';

/** What only a REST API has. */
const WEB_ACL = 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/1';
/** Known when the API is known: not in the table. */
const NO_TOKENS = { unsupported: 'checks tokens, which a REST API of API Gateway does not' };

const available = () => (lambdaAvailable() === true ? awsSdkAvailable() : lambdaAvailable());

/** The folders that `cdk deploy` would upload, on Lambda's own runtime client, behind an HTTP API (payload format 2.0). */
export const aws: Target = {
  name: 'AWS Lambda',
  available,
  capabilities,
  scope: () => stackOf(new App()),
  start: (variables) => start(aws, stackOf, variables, { event: httpApiEvent, routes: httpRoutes }),
};

/** The same behind a REST API (payload format 1.0). */
export const awsRest: Target = {
  ...aws,
  name: 'AWS Lambda behind a REST API',
  capabilities: { ...capabilities, 'api.authorizer.jwt': NO_TOKENS, 'api.authorizer.scopes': NO_TOKENS },
  scope: () => restOf(new App()),
  start: (variables) => start(awsRest, restOf, variables, { event: restApiEvent, routes: restRoutes }),
};

const stackOf = (app: App) => new Stack(app, 'conformance');
const restOf = (app: App) => new Service(stackOf(app), 'Rest', { tuning: [AwsApi.tune({ webAclArn: WEB_ACL })] });

async function start(
  target: Target,
  scopeOf: (app: App) => Construct,
  variables: Readonly<Record<string, string>>,
  api: { readonly event: typeof httpApiEvent; routes(template: Template): AwsRoute[] },
): Promise<Running> {
  const outdir = mkdtempSync(join(tmpdir(), 'faasten-aws-'));
  const app = new App({ outdir });
  new Conformance(scopeOf(app), 'Service', target.capabilities);
  app.synth();
  const json = (file: string) => JSON.parse(readFileSync(join(outdir, file), 'utf8'));
  const resources: Readonly<Record<string, Resource>> = json('conformance.template.json').Resources;
  const assets: Record<string, { source: { path: string } }> = json('conformance.assets.json').files;
  const sockets = new SocketGateway();
  const socketOrigin = await sockets.listen();
  const [socketApi] = Object.entries(resources).find(([, { Properties }]) => Properties?.ProtocolType === 'WEBSOCKET')!;
  const template = new Template(resources, new Map([[socketApi, socketOrigin]]));
  const running = new Map<string, LambdaFunction>();

  const functions = template
    .ofType('AWS::Lambda::Function')
    .filter(([, { Environment }]) => /\/Service\/(?!Caller)/.test(Environment?.Variables?.FAASTEN_FUNCTION));
  const startOne = async ([id, { Code, Environment, Handler, Timeout }]: (typeof functions)[number]) => {
    const hash = String(Code.S3Key).replace(/\.zip$/, '');
    const environment = Object.fromEntries(
      Object.entries<unknown>(Environment.Variables).map(([name, value]) => [name, template.resolved(value)]),
    );
    const settings = { handler: Handler, timeoutSeconds: Timeout };
    running.set(id, await startFunction(join(outdir, assets[hash]!.source.path), { ...environment, ...variables }, settings));
  };
  await Promise.all(functions.map(startOne));
  // One environment of a function handles one event at a time.
  const turns = new Map<string, Promise<unknown>>();
  const invoke = (id: string, event: unknown): Promise<LambdaAnswer> => {
    const turn = (turns.get(id) ?? Promise.resolve()).then(() => running.get(id)!.invoke(event));
    turns.set(id, turn);
    return turn;
  };
  const issuer = await Issuer.make();
  const access = new AccessControl(template, issuer, api.event, invoke);
  const routes = api.routes(template);
  sockets.connect(template, invoke);
  const idOf = (name: string) =>
    functions.find(([, { Environment }]) => Environment.Variables.FAASTEN_FUNCTION.endsWith(`/${name}`))![0];
  const events = idOf('Events');
  const sourceOf = (trigger: string) =>
    template.resolved(template.properties(events).Environment.Variables[`FAASTEN_SOURCE_${trigger}`]);
  const done = ({ error }: LambdaAnswer) => error === undefined;
  const queue: Running['queue'] = async (messages, attempt) => {
    const { payload, error } = await invoke(events, sqsEvent(sourceOf('Orders'), messages, attempt));
    if (error) return messages.map(() => false);
    const failures = (payload as { batchItemFailures: { itemIdentifier: string }[] }).batchItemFailures;
    return messages.map(({ id }) => !failures.some(({ itemIdentifier }) => itemIdentifier === id));
  };

  return {
    async request(request) {
      const route = routeFor(routes, request);
      const admission = await access.admit(route, request);
      if ('status' in admission) return { status: admission.status, headers: {}, cookies: [], body: Buffer.alloc(0) };
      const event = api.event(request, route.key) as any;
      const requestContext = { ...event.requestContext, ...admission };
      const { payload, error } = await invoke(route.fn, { ...event, requestContext });
      if (error) throw new Error(`the function failed, and the gateway would answer 502: ${error.errorMessage}`);
      return gatewayAnswer(payload as Record<string, any>);
    },
    queue,
    topic: async (message) => done(await invoke(events, snsEvent(sourceOf('News'), message))),
    async schedule(due) {
      const [, schedule] = template.ofType('AWS::Scheduler::Schedule')[0]!;
      return done(await invoke(events, scheduleEvent(schedule.Target.Input, due)));
    },
    objects: async (change) => done(await invoke(events, objectEvent(sourceOf('Upload'), change))),
    async call(input) {
      const { payload, error } = await invoke(events, input);
      return error ? { failed: JSON.stringify(error) } : { output: payload };
    },
    start: async (input) => done(await invoke(events, input)),
    async exhaust(kind, message) {
      if (kind === 'topic') return invokeAsync(template, invoke, events, snsEvent(sourceOf('News'), message));
      const { RedrivePolicy } = template.ofType('AWS::SQS::Queue').find(([, { RedrivePolicy }]) => RedrivePolicy)![1];
      for (let attempt = 1; attempt <= RedrivePolicy.maxReceiveCount; attempt++)
        if ((await queue([message], attempt))[0]) return { dead: 0 };
      return { dead: template.idIn(RedrivePolicy.deadLetterTargetArn, 'AWS::SQS::Queue') ? 1 : 0 };
    },
    publish: (event) => publish(template, invoke, event),
    token: (request) => issuer.token(request),
    socketUrl: socketOrigin.replace('http:', 'ws:'),
    async nonsense() {
      const { error } = await invoke(idOf('Http'), { hello: 'world' });
      return { failed: error!.errorMessage };
    },
    output: () => [...running.values()].map((each) => each.output()).join(''),
    async stop() {
      sockets.close();
      await Promise.all(turns.values());
      for (const each of running.values()) await each.stop();
      rmSync(outdir, { recursive: true, force: true });
    },
  };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response */
function gatewayAnswer(payload: Record<string, any>): ClientResponse {
  const multiple: Record<string, string[]> = payload.multiValueHeaders ?? {};
  return {
    status: payload.statusCode,
    headers: Object.fromEntries(
      Object.entries<string>(payload.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    cookies: payload.cookies ?? multiple['set-cookie'] ?? [],
    body: Buffer.from(payload.body ?? '', payload.isBase64Encoded ? 'base64' : 'utf8'),
  };
}
