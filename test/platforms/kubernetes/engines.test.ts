import { join } from 'node:path';
import { Yaml } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { Shop } from '../../../bin/shop/shop.js';
import {
  Bucket,
  Duration,
  HttpApi,
  Queue,
  Schedule,
  Secret,
  ServerlessFunction,
  Topic,
  usePlatform,
} from '../../../lib/index.js';
import { KubernetesFunction, kubernetes } from '../../../lib/platforms/kubernetes/index.js';
import * as admission from '../../engines/admission.js';
import { missing } from '../../engines/engine.js';
import * as kubeconform from '../../engines/kubernetes.js';
import { type Manifest, manifestsOf, newChart } from './charts.js';

const entry = join(__dirname, 'handler.ts');

/** The example, and everything that the example does not use. */
const charts: Record<string, () => Manifest[]> = {
  'the shop': () => {
    const chart = newChart({ namespace: 'shop' });
    new Shop(chart, 'Shop');
    return manifestsOf(chart);
  },
  'a chart without a namespace': () => {
    const chart = newChart({});
    new ServerlessFunction(chart, 'F', { entry, triggers: { Hourly: Schedule.rate(Duration.hours(1)) } });
    return manifestsOf(chart);
  },
  'every setting': () => {
    const chart = newChart();
    usePlatform(
      chart,
      kubernetes({
        imagePullSecrets: ['registry'],
        gateway: { name: 'gw', sectionName: 'https' },
        hostname: 'shop.example',
        broker: { class: 'Kafka', config: { apiVersion: 'v1', kind: 'ConfigMap', name: 'kafka', namespace: 'knative-eventing' } },
        deadLetters: { uri: 'https://dead.example' },
        objectStore: { endpoint: 'https://s3.example' },
      }),
    );
    const [queue, topic] = [new Queue(chart, 'Q', { maxAttempts: 30 }), new Topic(chart, 'T')];
    queue.subscribe('T', topic, {
      filter: { status: ['a b', { prefix: 'c' }], region: [{ not: ['d'] }], test: [{ exists: false }] },
    });
    const bucket = new Bucket(chart, 'B', { removal: 'delete' });
    const other = new ServerlessFunction(chart, 'Other', { entry, tags: { cost: 'R & D', team: 'tea' } });
    const fn = new ServerlessFunction(chart, 'F', {
      entry,
      description: 'does things',
      memoryMiB: 2048,
      timeout: Duration.minutes(10),
      maxConcurrency: 25,
      warmInstances: 1,
      environment: { PRICE: '$(5)' },
      secrets: { KEY: Secret.fromName('payment', { field: 'api.key' }) },
      links: { queue, topic, other, bucket: bucket.readWrite() },
      retry: { maxAttempts: 1, deadLetters: false },
      triggers: {
        Queue: queue.messages(),
        Topic: topic.messages({ filter: { status: ['a', 'ö b'], country: ['DE'] } }),
        Objects: bucket.objects({ events: ['deleted'] }),
        Cron: Schedule.cron('*/5 8-18 1,15 jan-mar *', { timeZone: 'America/New_York' }),
        Rate: Schedule.rate(Duration.minutes(15)),
      },
      tuning: [KubernetesFunction.tune({ cpuLimit: '2', revisionAnnotations: { 'autoscaling.knative.dev/window': '30s' } })],
    });
    const api = new HttpApi(chart, 'Api', { cors: { origins: ['*'] }, tags: { team: 'tea' } });
    for (let i = 0; i < 9; i++) api.addRoute(`GET /v1.0/r${i}/{id}/$(x)/{path+}`, fn);
    api.addRoute('ANY /{path+}', fn);
    return manifestsOf(chart);
  },
};

describe.skipIf(missing('kubernetes', kubeconform.available()))('schemas of the cluster', () => {
  test.each(Object.entries(charts))('take %s', (_, manifests) => {
    expect(kubeconform.validateManifests(Yaml.stringify(...manifests()))).toEqual([]);
  });
});

describe.skipIf(missing('admission', admission.available()))('admission of the cluster', () => {
  test.each(Object.entries(charts))('takes %s', (_, manifests) => {
    expect(admission.refusals(manifests())).toEqual([]);
  });
});
