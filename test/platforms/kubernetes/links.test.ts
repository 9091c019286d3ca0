import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Bucket, Queue, ServerlessFunction, Topic, usePlatform } from '../../../lib/index.js';
import { KubernetesBucket, KubernetesFunction, kubernetes } from '../../../lib/platforms/kubernetes/index.js';
import { environmentOf, manifestsOf, newChart, serviceOf, theOnly } from './charts.js';

const entry = join(__dirname, 'handler.ts');

test('queues and topics are addressed by the ingress of their Broker', () => {
  const chart = newChart();
  const [orders, events] = [new Queue(chart, 'Orders'), new Topic(chart, 'Events')];
  new ServerlessFunction(chart, 'F', { entry, links: { orders, events } });
  const [queue, topic] = manifestsOf(chart, 'Broker').map(({ metadata }) => metadata.name);
  const ingress = 'http://broker-ingress.knative-eventing.svc.cluster.local/team';
  expect(environmentOf(theOnly(chart, 'Service'))).toMatchObject({
    FAASTEN_LINK_orders: `broker:${ingress}/${queue}#dev.faasten.queue.message,/shop/F`,
    FAASTEN_LINK_events: `broker:${ingress}/${topic}#dev.faasten.topic.message,/shop/F`,
  });
});

describe('bucket', () => {
  test('address and keys come from what Rook writes', () => {
    const chart = newChart();
    const photos = new Bucket(chart, 'Photos');
    new ServerlessFunction(chart, 'F', { entry, links: { photos: photos.readOnly() } });
    const claim = theOnly(chart, 'ObjectBucketClaim');
    const { name } = claim.metadata;
    expect(claim.spec).toEqual({ generateBucketName: 'shop-photos-bffd4b51', storageClassName: 'rook-ceph-retain-bucket' });
    const environment = environmentOf(theOnly(chart, 'Service'));
    expect(environment).toMatchObject({
      FAASTEN_S3_KEY_photos: { secretKeyRef: { name, key: 'AWS_ACCESS_KEY_ID' } },
      FAASTEN_S3_SECRET_photos: { secretKeyRef: { name, key: 'AWS_SECRET_ACCESS_KEY' } },
      FAASTEN_S3_HOST_photos: { configMapKeyRef: { name, key: 'BUCKET_HOST' } },
      FAASTEN_S3_PORT_photos: { configMapKeyRef: { name, key: 'BUCKET_PORT' } },
      FAASTEN_S3_NAME_photos: { configMapKeyRef: { name, key: 'BUCKET_NAME' } },
      FAASTEN_LINK_photos: 's3http:http://$(FAASTEN_S3_HOST_photos):$(FAASTEN_S3_PORT_photos)/$(FAASTEN_S3_NAME_photos)',
    });
    // Kubernetes replaces `$(NAME)` only by variables that come before.
    const order = Object.keys(environment);
    for (const part of ['HOST', 'PORT', 'NAME']) {
      expect(order.indexOf(`FAASTEN_S3_${part}_photos`)).toBeLessThan(order.indexOf('FAASTEN_LINK_photos'));
    }
  });

  test('a public endpoint replaces the one inside the cluster', () => {
    const chart = newChart();
    usePlatform(chart, kubernetes({ objectStore: { endpoint: 'https://s3.example.com' } }));
    const bucket = new Bucket(chart, 'B', {
      removal: 'delete',
      tuning: [KubernetesBucket.tune({ bucketName: 'photos', additionalConfig: { maxObjects: '1000' } })],
    });
    new ServerlessFunction(chart, 'F', { entry, links: { b: bucket.readWrite() } });
    expect(theOnly(chart, 'ObjectBucketClaim').spec).toEqual({
      bucketName: 'photos',
      storageClassName: 'rook-ceph-delete-bucket',
      additionalConfig: { maxObjects: '1000' },
    });
    const environment = environmentOf(theOnly(chart, 'Service'));
    expect(environment.FAASTEN_LINK_b).toBe('s3http:https://s3.example.com/$(FAASTEN_S3_NAME_b)');
    expect(environment).not.toHaveProperty('FAASTEN_S3_HOST_b');
    expect(KubernetesBucket.of(bucket).claim).toBe(bucket.node.defaultChild);
  });

  test('versions are refused', () => {
    expect(() => new Bucket(newChart(), 'B', { versioned: true })).toThrow('an ObjectBucketClaim cannot ask for versions');
  });
});

test('functions may call each other', () => {
  const chart = newChart();
  const a = new ServerlessFunction(chart, 'A', { entry });
  const b = new ServerlessFunction(chart, 'B', { entry, links: { a } });
  a.addLink('b', b);
  a.addLink('self', a);
  const name = KubernetesFunction.of(b).name;
  const events = manifestsOf(chart, 'Broker').find(({ metadata }) => metadata.annotations['faasten.dev/path'] === 'shop/B')!;
  const start = `http://broker-ingress.knative-eventing.svc.cluster.local/team/${events.metadata.name}`;
  expect(environmentOf(serviceOf(chart, 'A')).FAASTEN_LINK_b).toBe(
    `http:http://${name}.team.svc.cluster.local#${start}#dev.faasten.function.start,/shop/A`,
  );
  // One Broker and one Trigger for all who start A.
  const triggers = manifestsOf(chart, 'Trigger');
  expect(triggers).toHaveLength(2);
  expect(triggers.find(({ spec }) => spec.broker === events.metadata.name)!.spec).toMatchObject({
    filter: { attributes: { type: 'dev.faasten.function.start' } },
    subscriber: { ref: { name }, uri: '/_faasten/start' },
    delivery: { retry: 2 },
  });
});

test('addresses need a namespace', () => {
  const chart = newChart({});
  const q = new Queue(chart, 'Q');
  expect(() => new ServerlessFunction(chart, 'F', { entry, links: { q } })).toThrow(
    "queue 'shop/Q': is reached by an address that holds its namespace, but the chart 'shop' has none; say which: new Chart(",
  );
});

describe('classes of brokers', () => {
  const addressWith = (options: Parameters<typeof kubernetes>[0]) => {
    const chart = newChart();
    usePlatform(chart, kubernetes(options));
    new ServerlessFunction(chart, 'F', { entry, links: { q: new Queue(chart, 'Q') } });
    const { name } = theOnly(chart, 'Broker').metadata;
    return {
      broker: theOnly(chart, 'Broker'),
      link: String(environmentOf(theOnly(chart, 'Service')).FAASTEN_LINK_q).replaceAll(name, '<name>'),
    };
  };

  test('have ingresses of their own', () => {
    const config = { apiVersion: 'v1', kind: 'ConfigMap', name: 'kafka-broker-config', namespace: 'knative-eventing' };
    const { broker, link } = addressWith({ broker: { class: 'Kafka', config }, clusterDomain: 'corp.example' });
    expect(broker.metadata.annotations).toMatchObject({ 'eventing.knative.dev/broker.class': 'Kafka' });
    expect(broker.spec).toEqual({ config });
    expect(link).toMatch(/^broker:http:\/\/kafka-broker-ingress\.knative-eventing\.svc\.corp\.example\/team\/<name>#/);
    expect(addressWith({ broker: { class: 'RabbitMQBroker' } }).link).toMatch(
      /^broker:http:\/\/<name>-broker-ingress\.team\.svc\.cluster\.local#/,
    );
  });

  test('another one says its ingress', () => {
    const ingress = 'https://events.example/{namespace}/{name}';
    expect(addressWith({ broker: { class: 'Own', ingress } }).link).toMatch(/^broker:https:\/\/events\.example\/team\/<name>#/);
    expect(() => kubernetes({ broker: { class: 'Own' } })).toThrow(
      "kubernetes(): broker.class is 'Own'; give broker.ingress too, the URL its Brokers take events at; it is known for MTChannelBasedBroker, Kafka",
    );
  });
});

test.each([
  [
    { broker: { ingress: 'http://events.example' } },
    "broker.ingress is 'http://events.example'; give a URL with {namespace} and {name}",
  ],
  [{ hostname: 'https://shop.example' }, "hostname is 'https://shop.example'; give a host name without scheme"],
  [{ objectStore: { endpoint: 's3.example.com/path' } }, "objectStore.endpoint is 's3.example.com/path'; give scheme and host"],
])('the option %j is refused', (options, message) => {
  expect(() => kubernetes(options)).toThrow(message);
});
