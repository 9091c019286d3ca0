import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { CloudEvent, HTTP } from 'cloudevents';
import { parseAllDocuments } from 'yaml';
import { capabilities } from '../../lib/platforms/kubernetes/capabilities.js';
import { attributeExtension } from '../../lib/runtime/wire.js';
import { freePort } from '../engines/engine.js';
import { available } from '../engines/http-function.js';
import { node } from '../engines/node.js';
import { listening, type Running as Program, start } from '../engines/process.js';
import { exchange, isSuccess, post } from './http-client.js';
import { Conformance } from './service.js';
import type { ClientRequest, Running, SentMessage, Target } from './target.js';

type Manifest = Record<string, any>;

/** The containers of the written manifests, as processes: their command, arguments, variables and mounts, behind what a Gateway and Brokers do. */
export const kubernetes: Target = {
  name: 'Kubernetes',
  available,
  capabilities,
  scope: () => new Chart(new App(), 'conformance', { namespace: 'conformance' }),
  async start(variables) {
    const folder = mkdtempSync(join(tmpdir(), 'faasten-kubernetes-'));
    const app = new App({ outdir: join(folder, 'out') });
    const chart = new Chart(app, 'conformance', { namespace: 'conformance' });
    new Conformance(chart, 'Service');
    app.synth();
    const text = readFileSync(join(folder, 'out/conformance.k8s.yaml'), 'utf8');
    const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
    const ofKind = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
    const functions = ofKind('Service').filter(({ metadata }) => /-(http|validated|access|events|taker)-/.test(metadata.name));
    const running = new Map<string, { url: string; program: Program }>();

    const startContainer = async ({ metadata, spec }: Manifest) => {
      const [container] = spec.template.spec.containers;
      const place = join(folder, metadata.name);
      const mounts = new Map<string, string>();
      for (const { name, mountPath } of container.volumeMounts) {
        const at = join(place, name);
        mkdirSync(at, { recursive: true });
        mounts.set(mountPath, at);
        const volume = spec.template.spec.volumes.find((each: Manifest) => each.name === name);
        for (const configMap of configMapsOf(volume)) {
          const found = ofKind('ConfigMap').find((manifest) => manifest.metadata.name === configMap)!;
          for (const [key, data] of Object.entries<string>(found.binaryData))
            writeFileSync(join(at, key), Buffer.from(data, 'base64'));
        }
      }
      // A process has no mounts of its own: paths below them are looked for where they are here.
      const moved = (argument: string) => {
        const mount = [...mounts].find(([path]) => argument === path || argument.startsWith(`${path}/`));
        return mount ? mount[1] + argument.slice(mount[0].length) : argument;
      };
      const port = await freePort();
      const environment = Object.fromEntries(
        container.env.flatMap(({ name, value }: Manifest) => (value === undefined ? [] : [[name, value]])),
      );
      const args = ['--require', join(__dirname, '../engines/preload/loopback.cjs'), ...container.args.map(moved)];
      const program = start(node(24), args, { cwd: place, environment: { ...environment, ...variables, PORT: String(port) } });
      running.set(metadata.name, { url: `http://127.0.0.1:${port}`, program });
      await listening(program, port);
    };
    await Promise.all(functions.map(startContainer));
    const urlOf = (name: string) => [...running].find(([each]) => each === name || each.includes(`-${name}-`))![1].url;

    const rules = ofKind('HTTPRoute').flatMap(({ spec }) => spec.rules as Manifest[]);
    const triggersOf = (kind: string): Manifest[] =>
      ofKind('Trigger').flatMap(({ spec }) => (spec.subscriber.uri?.startsWith(`/_faasten/${kind}`) ? spec : []));
    /** Path that the Trigger for `kind` delivers to. */
    const endpoint = (kind: string): string => triggersOf(kind)[0]!.subscriber.uri;
    const deliver = async (path: string, event: CloudEvent<unknown>, to = 'events') => {
      const { headers, body } = HTTP.binary(event);
      const text = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
      return isSuccess(await post(urlOf(to), path, String(body ?? ''), text));
    };
    /** Delivers an event until it is taken; gives whether it ended with the dead letters. */
    const exhaust = async ({ delivery, subscriber }: Manifest, event: CloudEvent<unknown>): Promise<boolean> => {
      for (let retry = 0; retry <= delivery.retry; retry++)
        if (await deliver(subscriber.uri, event, subscriber.ref.name)) return false;
      return delivery.deadLetterSink !== undefined;
    };
    const message = ({ id, body, attributes = {} }: SentMessage, type: string) =>
      new CloudEvent({
        id,
        type,
        source: '/conformance',
        datacontenttype: 'application/json',
        data: JSON.stringify(body),
        ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [attributeExtension(name), value])),
      });

    return {
      async request(request) {
        const rule = ruleFor(rules, request);
        const [set] = rule.filters.flatMap((filter: Manifest) => filter.requestHeaderModifier?.set ?? []);
        const host: string = rule.filters.flatMap((filter: Manifest) => filter.urlRewrite?.hostname ?? [])[0];
        const headers = [...(request.headers ?? []).filter(([name]) => name !== set.name), [set.name, set.value] as const];
        return exchange(urlOf(host.split('.')[0]!), { ...request, headers });
      },
      async queue(messages) {
        const done: boolean[] = [];
        for (const each of messages) done.push(await deliver(endpoint('queue'), message(each, 'dev.faasten.queue.message')));
        return done;
      },
      topic: (each) => deliver(endpoint('topic'), message(each, 'dev.faasten.topic.message')),
      // What the PingSource of the manifests sends: https://knative.dev/docs/eventing/sources/ping-source/
      schedule: (due) => {
        const [{ spec, metadata }] = ofKind('PingSource') as [Manifest];
        return deliver(
          endpoint('schedule'),
          new CloudEvent({
            id: '80dd40fa-0c7b-4a46-a8f1-cb8b9a5d9ebb',
            type: 'dev.knative.sources.ping',
            source: `/apis/v1/namespaces/${metadata.namespace}/pingsources/${metadata.name}`,
            time: due.toISOString(),
            ...(spec.contentType && { datacontenttype: spec.contentType }),
            data: spec.data ?? undefined,
            ...spec.ceOverrides?.extensions,
          }),
        );
      },
      objects: ({ key, type }) => deliver(endpoint('objects'), cephNotification(key, type)),
      async call(input) {
        const answer = await post(urlOf('events'), '/_faasten/call', JSON.stringify(input));
        return isSuccess(answer) ? { output: JSON.parse(answer.body.toString()) } : { failed: answer.body.toString() };
      },
      start: (input) => deliver(endpoint('start'), message({ id: '7', body: input }, 'dev.faasten.function.start')),
      async publish({ type, source, data }) {
        const event = new CloudEvent({ id: '9', type, source, datacontenttype: 'application/json', data: JSON.stringify(data) });
        const fitting = triggersOf('event').filter((spec) => passes(spec, event));
        const dead = await Promise.all(fitting.map((spec) => exhaust(spec, event)));
        return { dead: dead.filter(Boolean).length };
      },
      async exhaust(kind, sent) {
        const [spec] = triggersOf(kind);
        return { dead: Number(await exhaust(spec!, message(sent, `dev.faasten.${kind}.message`))) };
      },
      async nonsense() {
        const answer = await post(urlOf('events'), endpoint('queue'), '{"hello":"world"}');
        return { failed: `${answer.status} ${answer.body}` };
      },
      output: () => [...running.values()].map(({ program }) => program.output()).join(''),
      async stop() {
        await Promise.all([...running.values()].map(({ program }) => program.stop()));
        rmSync(folder, { recursive: true, force: true });
      },
    } satisfies Running;
  },
};

/** https://knative.dev/docs/eventing/triggers/#trigger-filtering */
function passes({ filter, filters }: Manifest, event: CloudEvent<unknown>): boolean {
  const hasAll = (attributes: Manifest) => Object.entries(attributes).every(([name, value]) => event[name] === value);
  const fits = ({ any, exact }: Manifest): boolean => (any ? any.some(fits) : hasAll(exact));
  // Where there are filters, the one filter of old is not looked at.
  return filters ? filters.every(fits) : hasAll(filter?.attributes ?? {});
}

function configMapsOf(volume: Manifest): string[] {
  const sources: Manifest[] = volume.projected?.sources ?? [volume];
  return sources.flatMap(({ configMap }) => configMap?.name ?? []);
}

/** The rule by which a Gateway answers: exact paths before prefixes, the rest in the order of the rules. */
function ruleFor(rules: readonly Manifest[], { method, target }: ClientRequest): Manifest {
  const path = target.split('?')[0]!;
  const fits = (rule: Manifest) =>
    rule.matches.some((match: Manifest) => {
      if (match.method && match.method !== method) return false;
      const { type, value } = match.path;
      if (type === 'Exact') return path === value;
      return type === 'PathPrefix' ? path === value || path.startsWith(`${value}/`) : new RegExp(value).test(path);
    });
  const exact = (rule: Manifest) => rule.matches[0].path.type === 'Exact';
  const rule = rules.find((each) => exact(each) && fits(each)) ?? rules.find(fits);
  if (!rule) throw new Error(`the Gateway has no rule for ${method} ${path}`);
  return rule;
}

/** https://docs.ceph.com/en/latest/radosgw/notifications/#events */
function cephNotification(key: string, type: 'created' | 'deleted'): CloudEvent<unknown> {
  const name = type === 'created' ? 'ObjectCreated:Put' : 'ObjectRemoved:Delete';
  const record = {
    eventVersion: '2.1',
    eventSource: 'ceph:s3',
    awsRegion: 'us-east-1',
    eventTime: '2019-11-22T13:47:35.124724Z',
    eventName: name,
    userIdentity: { principalId: 'tester' },
    requestParameters: { sourceIPAddress: '' },
    responseElements: {
      'x-amz-request-id': '503a4c37-85eb-47cd-8681-2817e80b4281.5330.903595',
      'x-amz-id-2': '14d2-zone1-zonegroup1',
    },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'mynotif1',
      bucket: {
        name: 'files',
        ownerIdentity: { principalId: 'tester' },
        arn: 'arn:aws:s3:us-east-1::files',
        id: '503a4c37-85eb-47cd-8681-2817e80b4281.5332.38',
      },
      object: {
        key,
        size: 1024,
        eTag: '37b51d194a7513e45b56f6524f2d51f2',
        versionId: '',
        sequencer: 'F7E6D75DC742D108',
        metadata: [],
        tags: [],
      },
    },
    eventId: '',
    opaqueData: '',
  };
  return new CloudEvent({
    id: '503a4c37-85eb-47cd-8681-2817e80b4281.5330.903595.14d2-zone1-zonegroup1',
    type: `com.amazonaws.${name}`,
    source: 'ceph:s3.us-east-1.files',
    subject: key,
    time: '2019-11-22T13:47:35.124724Z',
    datacontenttype: 'application/json',
    data: JSON.stringify({ Records: [record] }),
  });
}
