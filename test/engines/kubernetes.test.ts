import { describe, expect, test } from 'vitest';
import { missing } from './engine.js';
import { available, validateManifests } from './kubernetes.js';

const service = (spec: string) => `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: orders }
spec: { template: { spec: ${spec} } }
`;

describe.skipIf(missing('kubernetes', available()))('kubeconform', () => {
  test('accepts valid manifests of every kind that faasten emits', () => {
    const text = [
      service(
        '{ containers: [{ name: user, image: "node:24", resources: { limits: { memory: 256Mi, cpu: 1 } } }], timeoutSeconds: 30 }',
      ),
      '{ apiVersion: v1, kind: ConfigMap, metadata: { name: code }, immutable: true, binaryData: { a: AAEC } }',
      '{ apiVersion: v1, kind: Secret, metadata: { name: key }, stringData: { a: b } }',
      '{ apiVersion: v1, kind: ServiceAccount, metadata: { name: orders } }',
      '{ apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: { name: "a:b" }, rules: [{ apiGroups: [""], resources: [pods], verbs: [get] }] }',
      '{ apiVersion: batch/v1, kind: CronJob, metadata: { name: some }, spec: { schedule: "0 3 * * *", jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: b }] } } } } } }',
      '{ apiVersion: eventing.knative.dev/v1, kind: Broker, metadata: { name: b } }',
      '{ apiVersion: eventing.knative.dev/v1, kind: Trigger, metadata: { name: t }, spec: { broker: b, subscriber: { ref: { apiVersion: serving.knative.dev/v1, kind: Service, name: orders } }, delivery: { retry: 5, backoffPolicy: exponential, backoffDelay: PT1S } } }',
      '{ apiVersion: sources.knative.dev/v1, kind: PingSource, metadata: { name: p }, spec: { schedule: "* * * * *", sink: { uri: "http://a" } } }',
      '{ apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: { name: r }, spec: { parentRefs: [{ name: gw }], rules: [{ matches: [{ path: { type: Exact, value: /a } }], backendRefs: [{ name: x, port: 80 }] }] } }',
      '{ apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: { name: g }, spec: { gatewayClassName: c, listeners: [{ name: http, port: 80, protocol: HTTP }] } }',
      '{ apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: { name: g }, spec: { from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: a }], to: [{ group: "", kind: Service }] } }',
      '{ apiVersion: objectbucket.io/v1alpha1, kind: ObjectBucketClaim, metadata: { name: photos }, spec: { generateBucketName: photos, storageClassName: s } }',
      '{ apiVersion: ceph.rook.io/v1, kind: CephBucketTopic, metadata: { name: t }, spec: { objectStoreName: s, objectStoreNamespace: rook, endpoint: { http: { uri: "http://a" } } } }',
      '{ apiVersion: ceph.rook.io/v1, kind: CephBucketNotification, metadata: { name: some }, spec: { topic: t, events: ["s3:ObjectCreated:*"] } }',
      '{ apiVersion: monitoring.coreos.com/v1, kind: PrometheusRule, metadata: { name: some }, spec: { groups: [{ name: g, rules: [{ alert: A, expr: up }] }] } }',
    ].join('\n---\n');
    expect(validateManifests(text)).toEqual([]);
  });

  test('names the resource, the place and the mistake, several at once', () => {
    const spec = '{ contaners: [], containers: [{ image: node, prot: 3 }], timeoutSeconds: soon }';
    expect(validateManifests(service(spec))).toEqual(
      expect.arrayContaining([
        { resource: 'Service/orders', path: '/spec/template/spec', message: "additional properties 'contaners' not allowed" },
        {
          resource: 'Service/orders',
          path: '/spec/template/spec/containers/0',
          message: "additional properties 'prot' not allowed",
        },
        { resource: 'Service/orders', path: '/spec/template/spec/timeoutSeconds', message: 'got string, want integer' },
      ]),
    );
  });

  const head = (apiVersion: string, kind: string) => `apiVersion: ${apiVersion}, kind: ${kind}, metadata: { name: some }`;
  const mistakes: Record<string, [string, RegExp]> = {
    'unknown kind': [`{ ${head('v1', 'Frob')} }`, /could not find schema/],
    'unknown version of a known kind': [`{ ${head('sources.knative.dev/v7', 'PingSource')} }`, /could not find schema/],
    'core: unknown field': [`{ ${head('v1', 'ConfigMap')}, dta: {} }`, /'dta' not allowed/],
    'core: wrong type': [`{ ${head('v1', 'ConfigMap')}, data: { a: 1 } }`, /want string/],
    'core: missing field': [`{ ${head('batch/v1', 'CronJob')}, spec: { schedule: a } }`, /jobTemplate/],
    'upper case in a name': ['{ apiVersion: v1, kind: ConfigMap, metadata: { name: Orders } }', /'Orders' does not match/],
    'no name': ['{ apiVersion: v1, kind: ConfigMap, metadata: {} }', /name/],
    'a label value with a space': [
      '{ apiVersion: v1, kind: ConfigMap, metadata: { name: a, labels: { a: "b c" } } }',
      /'b c' does not match/,
    ],
    'a metadata field that does not exist': [
      '{ apiVersion: v1, kind: ConfigMap, metadata: { name: a, lables: {} } }',
      /'lables' not allowed/,
    ],
    'a duplicated key': [
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { a: b }\ndata: { c: d }',
      /already set|duplicate/,
    ],
    'Trigger without a broker': [`{ ${head('eventing.knative.dev/v1', 'Trigger')}, spec: { brker: b } }`, /brker/],
    'Service with a label that is none': [
      service('{ containers: [] } , metadata: { labels: { a: "b c" } }'),
      /'b c' does not match/,
    ],
    'PingSource with a number as its schedule': [
      `{ ${head('sources.knative.dev/v1', 'PingSource')}, spec: { schedule: 5 } }`,
      /want string/,
    ],
    'HTTPRoute with an unknown path match': [
      `{ ${head('gateway.networking.k8s.io/v1', 'HTTPRoute')}, spec: { rules: [{ matches: [{ path: { type: Glob, value: /a } }] }] } }`,
      /Glob|must be one of/,
    ],
    'HTTPRoute with a port out of range': [
      `{ ${head('gateway.networking.k8s.io/v1', 'HTTPRoute')}, spec: { rules: [{ backendRefs: [{ name: a, port: 70000 }] }] } }`,
      /65,?535/,
    ],
    'ReferenceGrant without a target': [
      `{ ${head('gateway.networking.k8s.io/v1beta1', 'ReferenceGrant')}, spec: { from: [{ group: a, kind: b, namespace: c }] } }`,
      /'to'/,
    ],
    'ObjectBucketClaim with a misspelt field': [
      `{ ${head('objectbucket.io/v1alpha1', 'ObjectBucketClaim')}, spec: { bucketname: a } }`,
      /'bucketname' not allowed/,
    ],
    'CephBucketTopic without an endpoint': [`{ ${head('ceph.rook.io/v1', 'CephBucketTopic')}, spec: {} }`, /endpoint/],
    'CephBucketNotification with an unknown event': [
      `{ ${head('ceph.rook.io/v1', 'CephBucketNotification')}, spec: { topic: t, events: ["s3:Nothing"] } }`,
      /must be one of/,
    ],
  };
  test.each(Object.entries(mistakes))('finds: %s', (_, [manifest, message]) => {
    const messages = validateManifests(manifest).map((each) => each.message);
    expect(messages.join('\n')).toMatch(message);
  });

  test('a text without a manifest is an error, not a success', () => {
    expect(() => validateManifests('# nothing\n')).toThrow('no manifest');
  });
});
