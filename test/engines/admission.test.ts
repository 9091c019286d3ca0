import { describe, expect, test } from 'vitest';
import { available, refusals } from './admission.js';
import { missing } from './engine.js';

const manifest = (apiVersion: string, kind: string, spec: object) => ({
  apiVersion,
  kind,
  metadata: { name: 'some', namespace: 'a' },
  spec,
});

describe.skipIf(missing('admission', available()))('admission', () => {
  test('takes what is right', () => {
    const securityContext = {
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    };
    const container = { securityContext, name: 'function', image: 'node', volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }] };
    const spec = { containers: [container], timeoutSeconds: 600, volumes: [{ name: 'tmp', emptyDir: {} }] };
    expect(
      refusals([
        manifest('serving.knative.dev/v1', 'Service', { template: { spec } }),
        manifest('eventing.knative.dev/v1', 'Broker', {}),
        manifest('sources.knative.dev/v1', 'PingSource', {
          schedule: '0 3 * * *',
          timezone: 'Europe/Berlin',
          sink: { uri: 'http://a' },
        }),
      ]),
    ).toEqual([]);
  });

  const mistakes: [string, object, RegExp][] = [
    [
      'a container without a security context, which it only warns of',
      manifest('serving.knative.dev/v1', 'Service', { template: { spec: { containers: [{ image: 'a' }] } } }),
      /default value is insecure/,
    ],
    [
      'a pod security context, which is behind a flag',
      manifest('serving.knative.dev/v1', 'Service', {
        template: { spec: { containers: [{ image: 'a' }], securityContext: { runAsUser: 1 } } },
      }),
      /must not set the field.*securityContext/,
    ],
    [
      'a timeout above the cluster’s limit',
      manifest('serving.knative.dev/v1', 'Service', {
        template: { spec: { containers: [{ image: 'a' }], timeoutSeconds: 601 } },
      }),
      /0 <= 601 <= 600/,
    ],
    [
      'a schedule that PingSource cannot read',
      manifest('sources.knative.dev/v1', 'PingSource', { schedule: '@every 7m', sink: { uri: 'http://a' } }),
      /@every/,
    ],
    [
      'a Trigger that filters by no attribute of CloudEvents',
      manifest('eventing.knative.dev/v1', 'Trigger', {
        broker: 'b',
        subscriber: { uri: 'http://a' },
        filter: { attributes: { orderStatus: 'a' } },
      }),
      /orderStatus/,
    ],
    [
      'a path that a Gateway does not take',
      manifest('gateway.networking.k8s.io/v1', 'HTTPRoute', {
        rules: [{ matches: [{ path: { type: 'Exact', value: '/a/../b' } }] }],
      }),
      /must not contain '\/\.\.\/'/,
    ],
    [
      'too many rules in one HTTPRoute',
      manifest('gateway.networking.k8s.io/v1', 'HTTPRoute', { rules: Array.from({ length: 17 }, () => ({})) }),
      /must have at most 16 items/,
    ],
  ];
  test.each(mistakes)('refuses %s', (_, wrong, message) => {
    expect(
      refusals([wrong])
        .map((each) => each.message)
        .join('\n'),
    ).toMatch(message);
  });

  test('nothing judged is an error, not a success', () => {
    expect(() => refusals([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }])).toThrow('none of the kinds');
  });
});
