import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Duration, Secret, ServerlessFunction, Service, usePlatform } from '../../../lib/index.js';
import { KubernetesFunction, kubernetes } from '../../../lib/platforms/kubernetes/index.js';
import { environmentOf, manifestsOf, newChart, serviceOf, theOnly } from './charts.js';

const entry = join(__dirname, 'handler.ts');

test('a minimal function, whole', () => {
  const chart = newChart();
  new ServerlessFunction(chart, 'Hello', { entry });
  const [code, maps, account, service] = manifestsOf(chart);
  const { args, ...container } = service!.spec.template.spec.containers[0];
  expect([code, maps, account]).toEqual([
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'shop-hello-9a916612-00000000',
        namespace: 'team',
        labels: { 'app.kubernetes.io/managed-by': 'faasten', 'faasten.dev/code': 'shop-hello-9a916612' },
        annotations: { 'faasten.dev/path': 'shop/Hello' },
      },
      immutable: true,
      binaryData: {},
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'shop-hello-9a916612-00000000-map',
        namespace: 'team',
        labels: { 'app.kubernetes.io/managed-by': 'faasten', 'faasten.dev/code': 'shop-hello-9a916612' },
        annotations: { 'faasten.dev/path': 'shop/Hello' },
      },
      binaryData: {},
    },
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        name: 'shop-hello-9a916612',
        namespace: 'team',
        labels: { 'app.kubernetes.io/managed-by': 'faasten' },
        annotations: { 'faasten.dev/path': 'shop/Hello' },
      },
      automountServiceAccountToken: false,
    },
  ]);
  expect(service!.metadata).toEqual({
    name: 'shop-hello-9a916612',
    namespace: 'team',
    labels: { 'app.kubernetes.io/managed-by': 'faasten', 'networking.knative.dev/visibility': 'cluster-local' },
    annotations: { 'faasten.dev/path': 'shop/Hello' },
  });
  expect(service!.spec).toEqual({
    template: {
      spec: {
        serviceAccountName: 'shop-hello-9a916612',
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        containerConcurrency: 10,
        timeoutSeconds: 30,
        responseStartTimeoutSeconds: 30,
        containers: [{ ...container, args }],
        volumes: [
          { name: 'scratch', emptyDir: { sizeLimit: '512Mi' } },
          {
            name: 'packed',
            projected: {
              sources: [
                { configMap: { name: 'shop-hello-9a916612-00000000' } },
                { configMap: { name: 'shop-hello-9a916612-00000000-map', optional: true } },
              ],
            },
          },
        ],
      },
    },
  });
  expect(container).toEqual({
    name: 'function',
    image: 'docker.io/library/node:24-slim',
    command: ['node'],
    env: [
      { name: 'FAASTEN_FUNCTION', value: 'shop/Hello' },
      { name: 'FAASTEN_TIMEOUT_MS', value: '30000' },
    ],
    resources: { requests: { memory: '256Mi', cpu: '128m' }, limits: { memory: '256Mi' } },
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65534,
      runAsGroup: 65534,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      { name: 'scratch', mountPath: '/tmp' },
      { name: 'packed', mountPath: '/faasten', readOnly: true },
    ],
  });
  expect([args[0], args[1], ...args.slice(3)]).toEqual([
    '--enable-source-maps',
    '--eval',
    '/faasten',
    '/tmp/faasten',
    'index.mjs',
  ]);
});

test('settings reach the revision', () => {
  const chart = newChart();
  usePlatform(chart, kubernetes({ nodeImage: 'registry.example/node@sha256:1', imagePullSecrets: ['registry'] }));
  new ServerlessFunction(chart, 'F', {
    entry,
    description: 'does things',
    memoryMiB: 1024,
    timeout: Duration.minutes(10),
    maxConcurrency: 25,
    warmInstances: 2,
    environment: { PRICE: '$(5) $$' },
  });
  const service = theOnly(chart, 'Service');
  expect(service.metadata.annotations['kubernetes.io/description']).toBe('does things');
  const { metadata, spec } = service.spec.template;
  // 25 invocations are 5 instances of 5 requests each.
  expect(metadata.annotations).toEqual({ 'autoscaling.knative.dev/min-scale': '2', 'autoscaling.knative.dev/max-scale': '5' });
  expect(spec).toMatchObject({
    containerConcurrency: 5,
    timeoutSeconds: 600,
    responseStartTimeoutSeconds: 600,
    imagePullSecrets: [{ name: 'registry' }],
    containers: [{ image: 'registry.example/node@sha256:1', resources: { requests: { memory: '1024Mi', cpu: '512m' } } }],
  });
  // Kubernetes reads `$$` as `$`, and would replace `$(5)` else.
  expect(environmentOf(service)).toMatchObject({ PRICE: '$$(5) $$$$', FAASTEN_TIMEOUT_MS: '600000' });
});

test('secrets come from Secrets, by reference', () => {
  const chart = newChart();
  new ServerlessFunction(chart, 'F', {
    entry,
    secrets: { KEY: Secret.fromName('payment'), TOKEN: Secret.fromName('payment', { field: 'api.token' }) },
  });
  expect(environmentOf(theOnly(chart, 'Service'))).toMatchObject({
    KEY: { secretKeyRef: { name: 'payment', key: 'value' } },
    FAASTEN_SECRET_KEY: 'env:KEY',
    TOKEN: { secretKeyRef: { name: 'payment', key: 'api.token' } },
    FAASTEN_SECRET_TOKEN: 'env:TOKEN',
  });
});

test('tags are labels, or annotations where a label cannot have their value', () => {
  const chart = newChart();
  const service = new Service(chart, 'S', { tags: { team: 'tea', department: 'R & D', empty: '' } });
  new ServerlessFunction(service, 'F', { entry });
  const { labels, annotations } = serviceOf(chart, 'S/F').metadata;
  expect(labels).toMatchObject({ team: 'tea', empty: '' });
  expect(annotations).toMatchObject({ department: 'R & D' });
  expect(() => new ServerlessFunction(chart, 'G', { entry, tags: { 'cost center': '1' } })).toThrow(
    "function 'shop/G': tags has the key 'cost center', which can be no label or annotation of Kubernetes; use up to 63 letters",
  );
});

test('tuning and the manifests behind a function', () => {
  const chart = newChart();
  const fn = new ServerlessFunction(chart, 'F', {
    entry,
    tuning: [
      KubernetesFunction.tune({
        image: 'registry.example/node22',
        cpuRequest: '1',
        cpuLimit: '2',
        containerConcurrency: 0,
        serviceAccountName: 'robot',
        revisionAnnotations: { 'autoscaling.knative.dev/window': '30s' },
      }),
    ],
  });
  const { service, serviceAccount, name } = KubernetesFunction.of(fn);
  expect(serviceAccount).toBeUndefined();
  expect(service).toBe(fn.node.defaultChild);
  service.metadata.addAnnotation('example.com/owner', 'tea');
  const manifest = theOnly(chart, 'Service');
  expect(manifest.metadata).toMatchObject({ name, annotations: { 'example.com/owner': 'tea' } });
  expect(manifestsOf(chart, 'ServiceAccount')).toEqual([]);
  expect(manifest.spec.template).toMatchObject({
    metadata: { annotations: { 'autoscaling.knative.dev/window': '30s' } },
    spec: { serviceAccountName: 'robot', containerConcurrency: 0 },
  });
  expect(manifest.spec.template.spec).not.toHaveProperty('automountServiceAccountToken');
  expect(manifest.spec.template.spec.containers[0]).toMatchObject({
    image: 'registry.example/node22',
    resources: { requests: { cpu: '1' }, limits: { cpu: '2', memory: '256Mi' } },
  });
  expect(KubernetesFunction.tryOf(chart)).toBeUndefined();
  expect(() => KubernetesFunction.of(chart)).toThrow("function 'shop': is no function on the kubernetes platform");
});

describe('limits', () => {
  const refused: [string, object, string][] = [
    ['timeout', { timeout: Duration.minutes(11) }, 'timeout is 660 seconds, more than the 600 that Knative allows'],
    ['memory', { memoryMiB: 32 }, 'memoryMiB is 32; give 64 or more'],
    [
      'warm instances',
      { maxConcurrency: 10, warmInstances: 2 },
      'warmInstances is 2, but maxConcurrency 10 is 1 instances of 10 requests',
    ],
    [
      'concurrency',
      { maxConcurrency: 10, tuning: [KubernetesFunction.tune({ containerConcurrency: 4 })] },
      'maxConcurrency is 10, which instances of 4 requests (containerConcurrency) cannot make up',
    ],
    [
      'secret name',
      { secrets: { A: Secret.fromName('shop/key') } },
      "secrets.A is the secret 'shop/key', which is no name of a Secret",
    ],
    ['secret version', { secrets: { A: Secret.fromName('key', { version: '3' }) } }, "secrets.A has the version '3'"],
    ['secret field', { secrets: { A: Secret.fromName('key', { field: 'a b' }) } }, "secrets.A has the field 'a b'"],
    [
      'log retention',
      { logRetention: Duration.days(3) },
      'uses log retention (`logRetention`), which the kubernetes platform does not have',
    ],
  ];
  test.each(refused)('%s', (_, props, message) => {
    expect(() => new ServerlessFunction(newChart(), 'F', { entry, ...props })).toThrow(message);
  });
});

describe('code that is already built', () => {
  const directory = __dirname;
  test('is started by its file', () => {
    const chart = newChart();
    new ServerlessFunction(chart, 'F', { code: { directory, handler: 'dist/server.mjs', runtime: 'nodejs24' } });
    expect(theOnly(chart, 'Service').spec.template.spec.containers[0].args.at(-1)).toBe('dist/server.mjs');
  });
  test.each([
    [{ handler: 'server.mjs', runtime: 'python3.13' }, "code.runtime is 'python3.13'; give 'nodejs24'"],
    [{ handler: 'index.handler', runtime: 'nodejs24' }, "code.handler is 'index.handler'; give the file to start"],
    [{ handler: '../server.js', runtime: 'nodejs24' }, "code.handler is '../server.js'"],
  ])('%j is refused', (code, message) => {
    expect(() => new ServerlessFunction(newChart(), 'F', { code: { directory, ...code } })).toThrow(message);
  });
});

test('a chart without a namespace is enough for a function alone', () => {
  const chart = newChart({});
  new ServerlessFunction(chart, 'F', { entry });
  expect(manifestsOf(chart).map(({ metadata }) => metadata.namespace)).toEqual([undefined, undefined, undefined, undefined]);
});
