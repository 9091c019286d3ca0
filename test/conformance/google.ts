import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider/index.js';
import { App, TerraformStack } from 'cdktf';
import { unzipSync } from 'fflate';
import { capabilities } from '../../lib/platforms/google/capabilities.js';
import { available, type HttpFunction, startOnFunctionsFramework } from '../engines/http-function.js';
import { exchange, isSuccess, post } from './http-client.js';
import { Issuer } from './issuer.js';
import { Conformance } from './service.js';
import { type PublishedEvent, type Running, type SentMessage, type Target, templatePattern } from './target.js';

/** Headers of API Gateway: https://cloud.google.com/api-gateway/docs/passing-data */
const USER = 'x-apigateway-api-userinfo';
const CLIENT = 'x-forwarded-authorization';

type Block = Record<string, any>;

/** The zips that Terraform would upload, on Google's functions-framework, behind what API Gateway and Pub/Sub do. */
export const google: Target = {
  name: 'Google Cloud Functions',
  available,
  capabilities,
  scope: () => stackOf(new App()),
  async start(variables) {
    const folder = mkdtempSync(join(tmpdir(), 'faasten-google-'));
    const app = new App({ outdir: join(folder, 'out') });
    new Conformance(stackOf(app), 'Service');
    app.synth();
    const workspace = join(folder, 'out/stacks/conformance');
    const { resource } = JSON.parse(readFileSync(join(workspace, 'cdk.tf.json'), 'utf8')) as { resource: Block };
    const running = new Map<string, HttpFunction>();

    const startFunction = async (id: string): Promise<string> => {
      const block: Block = resource.google_cloudfunctions2_function[id];
      const [, objectId] = /google_storage_bucket_object\.([^.]+)\.name/.exec(
        block.build_config.source.storage_source.object,
      ) as unknown as [string, string];
      const directory = join(folder, id);
      const zip = readFileSync(join(workspace, resource.google_storage_bucket_object[objectId].source));
      for (const [name, bytes] of Object.entries(unzipSync(zip))) {
        mkdirSync(dirname(join(directory, name)), { recursive: true });
        writeFileSync(join(directory, name), bytes);
      }
      const environment = { ...block.service_config.environment_variables, ...variables };
      running.set(id, await startOnFunctionsFramework(directory, environment, block.build_config.entry_point));
      return id;
    };

    const functions = Object.keys(resource.google_cloudfunctions2_function).filter((id) => !id.includes('Caller'));
    await Promise.all(functions.map(startFunction));
    const urlOf = (part: string) => running.get(functions.find((id) => id.includes(`_${part}_`))!)!.url;

    const issuer = await Issuer.make();
    const routes = routesOf(resource);
    const subscriptions = Object.values<Block>(resource.google_pubsub_subscription);
    /** Path and query that a subscription pushes to, if it is of a kind. */
    const endpointOf = ({ push_config }: Block, kind: string): string | undefined =>
      new RegExp(`/_faasten/${kind}([/?].*)?$`).exec(push_config?.push_endpoint ?? '')?.[0];
    const endpoint = (kind: string): string => subscriptions.map((block) => endpointOf(block, kind)).find(Boolean)!;
    /** Delivers a message until it is acknowledged; gives whether it ended with the dead letters. */
    const exhaust = async (fn: string, block: Block, message: SentMessage): Promise<boolean> => {
      const { max_delivery_attempts: most, dead_letter_topic: topic } = block.dead_letter_policy;
      const path = /\/_faasten\/.*$/.exec(block.push_config.push_endpoint)![0];
      for (let attempt = 1; attempt <= most; attempt++)
        if (isSuccess(await post(urlOf(fn), path, JSON.stringify(pubsub(message, attempt))))) return false;
      return topic !== undefined;
    };
    const push = async (kind: string, envelope: object) =>
      isSuccess(await post(urlOf('Events'), endpoint(kind), JSON.stringify(envelope)));

    return {
      async request(request) {
        const path = request.target.split('?')[0]!;
        const route = routes.find(({ method, pattern }) => method === request.method.toLowerCase() && pattern.test(path));
        if (!route) throw new Error(`the gateway has no route for ${request.method} ${path}`);
        const without = (...names: string[]) => headers.filter(([name]) => !names.includes(name.toLowerCase()));
        let headers = [...(request.headers ?? [])];
        const authorization = headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
        if (route.security) {
          const { 'x-google-issuer': issuedBy, 'x-google-audiences': audiences } = route.security;
          const claims = await issuer.claimsOf(authorization, issuedBy, audiences.split(','));
          if (!claims) return { status: 401, headers: {}, cookies: [], body: Buffer.from('{"code":401}') };
          headers = [...without(USER), [USER, Buffer.from(JSON.stringify(claims)).toString('base64url')]];
        }
        headers = [...without('authorization', CLIENT), ['authorization', 'Bearer of-the-gateway']];
        if (authorization) headers.push([CLIENT, authorization]);
        return exchange(urlOf(route.fn), { ...request, headers, target: route.prefix + request.target });
      },
      async queue(messages, attempt) {
        const done: boolean[] = [];
        for (const message of messages) done.push(await push('queue', pubsub(message, attempt)));
        return done;
      },
      topic: (message) => push('topic', pubsub(message, 1)),
      schedule: (due) => push('schedule', pubsub({ id: '1', body: {} }, 1, due)),
      objects: ({ key, type }) => push('objects', storageNotification(key, type)),
      async call(input) {
        const answer = await post(urlOf('Events'), '/_faasten/call', JSON.stringify(input));
        return isSuccess(answer) ? { output: JSON.parse(answer.body.toString()) } : { failed: answer.body.toString() };
      },
      async publish(event) {
        const { type, source, data } = event;
        const message = { id: '9', body: data, attributes: { type, source } };
        const fitting = subscriptions.filter(({ filter = '', ...block }) => endpointOf(block, 'event') && passes(filter, event));
        const dead = await Promise.all(fitting.map((block) => exhaust('Taker', block, message)));
        return { dead: dead.filter(Boolean).length };
      },
      async exhaust(kind, message) {
        const block = subscriptions.find((each) => endpointOf(each, kind))!;
        return { dead: Number(await exhaust('Events', block, message)) };
      },
      token: (request) => issuer.token(request),
      start: (input) => push('start', pubsub({ id: '7', body: input }, 1)),
      async nonsense() {
        const answer = await post(urlOf('Events'), endpoint('queue'), '{"hello":"world"}');
        return { failed: `${answer.status} ${answer.body}` };
      },
      output: () => [...running.values()].map((each) => each.output()).join(''),
      async stop() {
        await Promise.all([...running.values()].map((each) => each.stop()));
        rmSync(folder, { recursive: true, force: true });
      },
    } satisfies Running;
  },
};

function stackOf(app: App): TerraformStack {
  const stack = new TerraformStack(app, 'conformance');
  new GoogleProvider(stack, 'google', { project: 'conformance', region: 'europe-west1' });
  return stack;
}

interface GatewayRoute {
  readonly method: string;
  readonly pattern: RegExp;
  readonly fn: string;
  /** What its backend's address puts before the path. */
  readonly prefix: string;
  /** By which tokens are checked. */
  readonly security?: Block;
}

/** The routes of the gateway's OpenAPI document. */
function routesOf(resource: Block): GatewayRoute[] {
  const [config] = Object.values<Block>(resource.google_api_gateway_api_config);
  const text: string = config!.openapi_documents[0].document[0].contents;
  const encoded = /base64encode\((.*)\)\}$/s.exec(text)?.[1];
  const document = JSON.parse(encoded ? JSON.parse(encoded) : Buffer.from(text, 'base64').toString()) as {
    paths: Record<string, Block>;
    securityDefinitions?: Record<string, Block>;
  };
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    // Beside its operations, a path has parameters.
    Object.entries<Block>(operations).flatMap(([method, operation]) => {
      const address: string | undefined = operation['x-google-backend']?.address;
      if (!address) return [];
      return {
        method,
        pattern: templatePattern(path),
        fn: ['Validated', 'Access'].find((name) => address.includes(name.toLowerCase())) ?? 'Http',
        prefix: /\/_faasten\/.*$/.exec(address)![0],
        security: operation.security && document.securityDefinitions![Object.keys(operation.security[0])[0]!],
      };
    }),
  );
}

/** Whether a filter of a subscription lets it through: https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax */
function passes(filter: string, event: PublishedEvent): boolean {
  const fits = (term: string) => {
    const [, name, value] = /^attributes\.(\w+) = (".*")$/.exec(term)!;
    return event[name as 'type' | 'source'] === JSON.parse(value!);
  };
  const groups = filter.split(' AND ').filter(Boolean);
  return groups.every((group) =>
    group
      .replace(/^\((.*)\)$/, '$1')
      .split(' OR ')
      .some(fits),
  );
}

/** A wrapped message: https://cloud.google.com/pubsub/docs/push#receive_push */
function pubsub({ id, body, attributes }: SentMessage, attempt: number, time = new Date('2026-02-19T19:13:55.749Z')): object {
  return {
    deliveryAttempt: attempt,
    message: {
      ...(attributes && { attributes }),
      data: Buffer.from(JSON.stringify(body)).toString('base64'),
      messageId: id,
      message_id: id,
      publishTime: time.toISOString(),
      publish_time: time.toISOString(),
    },
    subscription: 'projects/conformance/subscriptions/some-subscription',
  };
}

/** https://cloud.google.com/storage/docs/pubsub-notifications#format */
function storageNotification(key: string, type: 'created' | 'deleted'): object {
  const object = {
    kind: 'storage#object',
    id: `files/${key}/1587627537231057`,
    selfLink: `https://www.googleapis.com/storage/v1/b/files/o/${encodeURIComponent(key)}`,
    name: key,
    bucket: 'files',
    generation: '1587627537231057',
    metageneration: '1',
    contentType: 'image/jpeg',
    timeCreated: '2020-04-23T07:38:57.230Z',
    updated: '2020-04-23T07:38:57.230Z',
    storageClass: 'STANDARD',
    size: '352',
    etag: 'CNHZkbuF/ugCEAE=',
  };
  const attributes = {
    notificationConfig: 'projects/_/buckets/files/notificationConfigs/3',
    eventType: type === 'created' ? 'OBJECT_FINALIZE' : 'OBJECT_DELETE',
    payloadFormat: 'JSON_API_V1',
    bucketId: 'files',
    objectId: key,
    objectGeneration: '1587627537231057',
    eventTime: '2020-04-23T07:38:57.230344Z',
  };
  return pubsub({ id: '1102437850451371', body: object, attributes }, 1);
}
