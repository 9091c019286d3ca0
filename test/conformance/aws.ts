import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { available, type LambdaAnswer, type LambdaFunction, startFunction } from '../engines/lambda.js';
import { httpApiEvent, objectEvent, restApiEvent, scheduleEvent, snsEvent, sqsEvent } from './aws-events.js';
import { Conformance } from './service.js';
import { type ClientRequest, type ClientResponse, type Running, type Target, templatePattern } from './target.js';

type Resource = { readonly Type: string; readonly Properties: Record<string, any> };
type Resources = Readonly<Record<string, Resource>>;

/** The folders that `cdk deploy` would upload, on Lambda's own runtime client, behind an HTTP API (payload format 2.0). */
export const aws: Target = { name: 'AWS Lambda', available, start: (variables) => start(variables, httpApiEvent) };

/** The same behind a REST API (payload format 1.0), as in larger stacks that have one. */
export const awsRest: Target = {
  name: 'AWS Lambda behind a REST API',
  available,
  start: (variables) => start(variables, restApiEvent),
};

async function start(variables: Readonly<Record<string, string>>, apiEvent: typeof httpApiEvent): Promise<Running> {
  const outdir = mkdtempSync(join(tmpdir(), 'faasten-aws-'));
  const app = new App({ outdir });
  new Conformance(new Stack(app, 'conformance'), 'Service');
  app.synth();
  const json = (file: string) => JSON.parse(readFileSync(join(outdir, file), 'utf8'));
  const resources: Resources = json('conformance.template.json').Resources;
  const assets: Record<string, { source: { path: string } }> = json('conformance.assets.json').files;
  const running = new Map<string, LambdaFunction>();

  const startOne = async ([id, { Properties }]: [string, Resource]) => {
    const hash = String(Properties.Code.S3Key).replace(/\.zip$/, '');
    const environment = Object.fromEntries(
      Object.entries<unknown>(Properties.Environment.Variables).map(([name, value]) => [name, resolved(value, resources)]),
    );
    const settings = { handler: Properties.Handler, timeoutSeconds: Properties.Timeout };
    running.set(id, await startFunction(join(outdir, assets[hash]!.source.path), { ...environment, ...variables }, settings));
  };
  const functions = ofType(resources, 'AWS::Lambda::Function').filter(([id]) =>
    /^Service(Http|Validated|Events)[0-9A-F]/.test(id),
  );
  for (const each of functions) await startOne(each);
  const named = (name: string) => [...running].find(([id]) => id.startsWith(`Service${name}`))![1];
  const events = named('Events');
  const sourceOf = (trigger: string) => {
    const variables = functions.find(([id]) => id.startsWith('ServiceEvents'))![1].Properties.Environment.Variables;
    return resolved(variables[`FAASTEN_SOURCE_${trigger}`], resources);
  };
  const done = ({ error }: LambdaAnswer) => error === undefined;

  return {
    async request(request) {
      const { route, fn } = routeFor(resources, request);
      const { payload, error } = await named(fn).invoke(apiEvent(request, route));
      if (error) throw new Error(`the function failed, and the gateway would answer 502: ${error.errorMessage}`);
      return gatewayAnswer(payload as Record<string, any>);
    },
    async queue(messages, attempt) {
      const { payload, error } = await events.invoke(sqsEvent(sourceOf('Orders'), messages, attempt));
      if (error) return messages.map(() => false);
      const failures = (payload as { batchItemFailures: { itemIdentifier: string }[] }).batchItemFailures;
      return messages.map(({ id }) => !failures.some(({ itemIdentifier }) => itemIdentifier === id));
    },
    topic: async (message) => done(await events.invoke(snsEvent(sourceOf('News'), message))),
    async schedule(due) {
      const [, schedule] = ofType(resources, 'AWS::Scheduler::Schedule')[0]!;
      return done(await events.invoke(scheduleEvent(schedule.Properties.Target.Input, due)));
    },
    objects: async (change) => done(await events.invoke(objectEvent(sourceOf('Upload'), change))),
    async call(input) {
      const { payload, error } = await events.invoke(input);
      return error ? { failed: JSON.stringify(error) } : { output: payload };
    },
    start: async (input) => done(await events.invoke(input)),
    async nonsense() {
      const { error } = await named('Http').invoke({ hello: 'world' });
      return { failed: error!.errorMessage };
    },
    output: () => [...running.values()].map((each) => each.output()).join(''),
    async stop() {
      for (const each of running.values()) await each.stop();
      rmSync(outdir, { recursive: true, force: true });
    },
  };
}

const ofType = (resources: Resources, type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type);

/** What CloudFormation would put in place of a reference, in its form. */
function resolved(value: any, resources: Resources): string {
  if (typeof value === 'string') return value;
  const id: string = value.Ref ?? value['Fn::GetAtt']?.[0];
  if (!id) return JSON.stringify(value);
  switch (resources[id]?.Type) {
    case 'AWS::SQS::Queue':
      return value.Ref ? `https://sqs.eu-west-1.amazonaws.com/123456789012/${id}` : `arn:aws:sqs:eu-west-1:123456789012:${id}`;
    case 'AWS::SNS::Topic':
      return `arn:aws:sns:eu-west-1:123456789012:${id}`;
    case 'AWS::S3::Bucket':
      return id.toLowerCase();
    default:
      return id;
  }
}

/** The route that the gateway would choose, and the function its integration leads to. */
function routeFor(resources: Resources, { method, target }: ClientRequest): { route: string; fn: string } {
  const path = target.split('?')[0]!;
  const found = ofType(resources, 'AWS::ApiGatewayV2::Route').find(([, { Properties }]) => {
    const [allowed, template] = Properties.RouteKey.split(' ');
    return (allowed === method || allowed === 'ANY') && templatePattern(template).test(path);
  });
  if (!found) throw new Error(`the gateway has no route for ${method} ${path}`);
  const integrationId: string = JSON.stringify(found[1].Properties.Target).match(/"Ref":"([^"]+)"/)![1]!;
  const uri = JSON.stringify(resources[integrationId]!.Properties.IntegrationUri);
  return { route: found[1].Properties.RouteKey, fn: uri.includes('ServiceValidated') ? 'Validated' : 'Http' };
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
