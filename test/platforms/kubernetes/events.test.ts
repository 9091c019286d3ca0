import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Bucket, Duration, EventBus, Queue, Schedule, ServerlessFunction, Topic, usePlatform } from '../../../lib/index.js';
import { KubernetesFunction, KubernetesQueue, kubernetes } from '../../../lib/platforms/kubernetes/index.js';
import { environmentOf, type Manifest, manifestsOf, newChart, serviceOf, theOnly } from './charts.js';

const entry = join(__dirname, 'handler.ts');
const sink = {
  ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'shop-faasten-dead-letters-72af98e3', namespace: 'team' },
};
const broker = { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker' };

function triggerFor(chart: ReturnType<typeof newChart>, uri: string): Manifest {
  return manifestsOf(chart, 'Trigger').find(({ spec }) => spec.subscriber.uri === uri)!;
}

describe('queue', () => {
  test('is a Broker, whose only Trigger tries again and then gives up to the dead letters', () => {
    const chart = newChart();
    const queue = new Queue(chart, 'Orders', { maxAttempts: 5 });
    const fn = new ServerlessFunction(chart, 'Fulfil', { entry, triggers: { Orders: queue.messages({ batchSize: 10 }) } });
    const { metadata, ...rest } = theOnly(chart, 'Broker');
    expect(rest).toEqual(broker);
    expect(theOnly(chart, 'Trigger').spec).toEqual({
      broker: metadata.name,
      subscriber: {
        ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: KubernetesFunction.of(fn).name, namespace: 'team' },
        uri: '/_faasten/queue/Orders',
      },
      delivery: { retry: 4, backoffPolicy: 'exponential', backoffDelay: 'PT1S', timeout: 'PT90S', deadLetterSink: sink },
    });
  });

  test('many attempts wait in steps, not in doubles', () => {
    const chart = newChart();
    const queue = new Queue(chart, 'Orders', { maxAttempts: 30 });
    new ServerlessFunction(chart, 'F', { entry, triggers: { Orders: queue.messages() } });
    expect(theOnly(chart, 'Trigger').spec.delivery).toMatchObject({ retry: 29, backoffPolicy: 'linear', backoffDelay: 'PT5S' });
  });

  test('can be tuned', () => {
    const chart = newChart();
    const delivery = { backoffPolicy: 'linear', backoffDelay: 'PT1M' } as const;
    const queue = new Queue(chart, 'Orders', { tuning: [KubernetesQueue.tune({ delivery })] });
    new ServerlessFunction(chart, 'F', { entry, triggers: { Orders: queue.messages() } });
    expect(theOnly(chart, 'Trigger').spec.delivery).toMatchObject(delivery);
  });

  test('has one consumer', () => {
    const chart = newChart();
    const queue = new Queue(chart, 'Orders');
    new ServerlessFunction(chart, 'A', { entry, triggers: { Orders: queue.messages() } });
    expect(() => new ServerlessFunction(chart, 'B', { entry, triggers: { Orders: queue.messages() } })).toThrow(
      "queue 'shop/Orders': its messages go to 'shop/A' already and cannot be shared with 'shop/B'; let one function consume a queue",
    );
  });

  test.each([
    ['retention', () => new Queue(newChart(), 'Q', { retention: Duration.days(1) }), 'uses message retention'],
    [
      'a limit of its own',
      () =>
        new ServerlessFunction(newChart(), 'F', {
          entry,
          triggers: { Q: new Queue(newChart(), 'Q').messages({ maxConcurrency: 2 }) },
        }),
      'a Trigger has no limit of its own; use maxConcurrency of the function',
    ],
  ])('%s is refused', (_, act, message) => {
    expect(act).toThrow(message);
  });
});

describe('topic', () => {
  const deliveries = (filter?: Record<string, string[]>) => {
    const chart = newChart();
    const topic = new Topic(chart, 'Events');
    new ServerlessFunction(chart, 'F', { entry, triggers: { Settled: topic.messages({ filter }) } });
    return theOnly(chart, 'Trigger').spec;
  };

  test('is a Broker with a Trigger per function', () => {
    expect(deliveries()).toMatchObject({
      subscriber: { uri: '/_faasten/topic/Settled' },
      delivery: { retry: 2, deadLetterSink: sink },
    });
    expect(deliveries()).not.toHaveProperty('filter');
  });

  test('single values use the filter that every class of Broker knows', () => {
    expect(deliveries({ status: ['paid'], country: ['DE'] })).toMatchObject({
      filter: { attributes: { attrstatus: 'paid', attrcountry: 'DE' } },
    });
  });

  test('several values, and such as headers encode', () => {
    expect(deliveries({ status: ['paid', 'refused'], city: ['Köln'], country: ['DE'] }).filters).toEqual([
      { any: [{ exact: { attrstatus: 'paid' } }, { exact: { attrstatus: 'refused' } }] },
      { any: [{ exact: { attrcity: 'K%C3%B6ln' } }, { exact: { attrcity: 'Köln' } }] },
      { exact: { attrcountry: 'DE' } },
    ]);
  });
});

describe('schedule', () => {
  const specs = (trigger: ReturnType<typeof Schedule.cron>) => {
    const chart = newChart();
    new ServerlessFunction(chart, 'F', { entry, triggers: { Nightly: trigger }, retry: { maxAttempts: 1, deadLetters: false } });
    return { chart, ping: theOnly(chart, 'PingSource').spec, delivery: theOnly(chart, 'Trigger').spec };
  };

  test('is a PingSource, whose events go through the Broker of the function', () => {
    const { chart, ping, delivery } = specs(Schedule.cron('0 3 * * 1-5', { timeZone: 'Europe/Berlin' }));
    const { name } = theOnly(chart, 'Broker').metadata;
    expect(ping).toEqual({
      schedule: '0 3 * * 1,2,3,4,5',
      timezone: 'Europe/Berlin',
      ceOverrides: { extensions: { faastentrigger: 'Nightly' } },
      sink: { ref: { ...broker, name, namespace: 'team' } },
    });
    expect(delivery).toMatchObject({
      broker: name,
      filter: { attributes: { faastentrigger: 'Nightly' } },
      subscriber: { uri: '/_faasten/schedule/Nightly' },
    });
    // Without dead letters nothing keeps them, and no function is made for it.
    expect(delivery.delivery).toEqual({ retry: 0, backoffPolicy: 'exponential', backoffDelay: 'PT1S', timeout: 'PT90S' });
    expect(manifestsOf(chart, 'Service')).toHaveLength(1);
  });

  test.each([
    [1, '* * * * *'],
    [20, '*/20 * * * *'],
    [60, '0 * * * *'],
    [360, '0 */6 * * *'],
    [1440, '0 0 * * *'],
  ])('every %i minutes is %s', (minutes, schedule) => {
    expect(specs(Schedule.rate(Duration.minutes(minutes))).ping).toMatchObject({ schedule });
  });

  test.each([7, 90, 2880])('every %i minutes is refused', (minutes) => {
    expect(() => specs(Schedule.rate(Duration.minutes(minutes)))).toThrow(
      'which divides neither an hour nor a day; use Schedule.cron',
    );
  });

  test('two schedules share the Broker', () => {
    const chart = newChart();
    new ServerlessFunction(chart, 'F', { entry, triggers: { A: Schedule.cron('0 1 * * *'), B: Schedule.cron('0 2 * * *') } });
    expect(manifestsOf(chart, 'Broker')).toHaveLength(1);
    expect(triggerFor(chart, '/_faasten/schedule/B').spec.filter).toEqual({ attributes: { faastentrigger: 'B' } });
  });
});

describe('objects', () => {
  const thumbnails = () => {
    const chart = newChart();
    const photos = new Bucket(chart, 'Photos');
    const trigger = photos.objects({ events: ['created', 'deleted'], prefix: 'raw/', suffix: '.jpg' });
    new ServerlessFunction(chart, 'Thumbnail', { entry, triggers: { Upload: trigger } });
    return { chart, photos };
  };

  test('are told by the object store to a Broker', () => {
    const { chart } = thumbnails();
    const { name } = theOnly(chart, 'Broker').metadata;
    const topic = theOnly(chart, 'CephBucketTopic');
    const notification = theOnly(chart, 'CephBucketNotification');
    expect(topic.spec).toEqual({
      objectStoreName: 'my-store',
      objectStoreNamespace: 'rook-ceph',
      persistent: true,
      endpoint: {
        http: { uri: `http://broker-ingress.knative-eventing.svc.cluster.local/team/${name}`, sendCloudEvents: true },
      },
    });
    expect(notification.spec).toEqual({
      topic: topic.metadata.name,
      events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'],
      filter: {
        keyFilters: [
          { name: 'prefix', value: 'raw/' },
          { name: 'suffix', value: '.jpg' },
        ],
      },
    });
    expect(triggerFor(chart, '/_faasten/objects/Upload').spec).toMatchObject({
      broker: name,
      delivery: { retry: 2, deadLetterSink: sink },
    });
    const label = `bucket-notification-${notification.metadata.name}`;
    expect(label.length).toBeLessThanOrEqual(63);
    expect(theOnly(chart, 'ObjectBucketClaim').metadata.labels).toMatchObject({ [label]: notification.metadata.name });
  });

  test('of a bucket in another namespace are refused', () => {
    const { chart, photos } = thumbnails();
    const other = newChart({ namespace: 'other' });
    expect(chart.namespace).toBe('team');
    expect(() => new ServerlessFunction(other, 'F', { entry, triggers: { Upload: photos.objects() } })).toThrow(
      "triggers.Upload leads to the bucket 'shop/Photos' of the namespace 'team', but the function is in 'other'",
    );
  });
});

describe('dead letters', () => {
  test('go to one function of the chart', () => {
    const chart = newChart();
    const [a, b] = [new Queue(chart, 'A'), new Queue(chart, 'B')];
    new ServerlessFunction(chart, 'F', { entry, triggers: { A: a.messages(), B: b.messages() } });
    const service = serviceOf(chart, 'FaastenDeadLetters');
    expect(service.metadata.name).toBe(sink.ref.name);
    expect(service.spec.template.spec.containers[0].args[0]).toBe('--eval');
    expect(environmentOf(service)).toEqual({ FAASTEN_FUNCTIONS: '{"shop-f-8b834b91":"shop/F"}' });
  });

  test('or where the platform is told', () => {
    const chart = newChart();
    const deadLetters = { ref: { apiVersion: 'eventing.knative.dev/v1alpha1', kind: 'KafkaSink', name: 'dead' } };
    usePlatform(chart, kubernetes({ deadLetters }));
    new ServerlessFunction(chart, 'F', { entry, triggers: { Q: new Queue(chart, 'Q').messages() } });
    expect(theOnly(chart, 'Trigger').spec.delivery.deadLetterSink).toEqual(deadLetters);
    expect(manifestsOf(chart, 'Service')).toHaveLength(1);
  });
});

test('a queue of another namespace is consumed by a Trigger beside its Broker', () => {
  const [chart, other] = [newChart(), newChart({ namespace: 'other' })];
  const queue = new Queue(other, 'Q');
  new ServerlessFunction(chart, 'F', { entry, triggers: { Q: queue.messages() } });
  const trigger = theOnly(chart, 'Trigger');
  expect(trigger.metadata.namespace).toBe('other');
  expect(trigger.spec.subscriber.ref.namespace).toBe('team');
});

describe('event bus', () => {
  test('is a Broker, which links post to and Triggers filter by type and source', () => {
    const chart = newChart();
    const bus = new EventBus(chart, 'Bus');
    const triggers = {
      Paid: bus.events({ types: ['order.paid'], sources: ['shop'] }),
      Any: bus.events({ types: ['order.paid', 'order refused'] }),
      All: bus.events(),
    };
    new ServerlessFunction(chart, 'F', { entry, links: { bus }, triggers });
    const { metadata, ...rest } = theOnly(chart, 'Broker');
    expect(rest).toEqual(broker);
    expect(environmentOf(serviceOf(chart, 'F')).FAASTEN_LINK_bus).toBe(
      `brokerbus:http://broker-ingress.knative-eventing.svc.cluster.local/team/${metadata.name}`,
    );
    expect(triggerFor(chart, '/_faasten/event/Paid').spec).toMatchObject({
      broker: metadata.name,
      filter: { attributes: { type: 'order.paid', source: 'shop' } },
      delivery: { retry: 2, deadLetterSink: sink },
    });
    expect(triggerFor(chart, '/_faasten/event/Any').spec.filters).toEqual([
      { any: ['order.paid', 'order%20refused', 'order refused'].map((type) => ({ exact: { type } })) },
    ]);
    expect(triggerFor(chart, '/_faasten/event/All').spec).not.toHaveProperty('filter');
  });
});

describe('a queue that gets the messages of a topic', () => {
  test('is what a Trigger of the topic’s Broker posts to', () => {
    const chart = newChart();
    const [queue, topic] = [new Queue(chart, 'Orders', { maxAttempts: 7 }), new Topic(chart, 'Events')];
    queue.subscribe('All', topic, {
      filter: { status: ['a b', { prefix: 'c' }], region: [{ not: ['d'] }], test: [{ exists: false }] },
    });
    const brokerOf = (path: string) =>
      manifestsOf(chart, 'Broker').find(({ metadata }) => metadata.annotations['faasten.dev/path'] === path)!.metadata.name;
    expect(theOnly(chart, 'Trigger').spec).toEqual({
      broker: brokerOf('shop/Events'),
      filters: [
        { any: [{ exact: { attrstatus: 'a%20b' } }, { exact: { attrstatus: 'a b' } }, { prefix: { attrstatus: 'c' } }] },
        { all: [{ cesql: 'EXISTS attrregion' }, { not: { exact: { attrregion: 'd' } } }] },
        { cesql: 'NOT EXISTS attrtest' },
      ],
      subscriber: { ref: { ...broker, name: brokerOf('shop/Orders'), namespace: 'team' } },
      delivery: { retry: 6, backoffPolicy: 'exponential', backoffDelay: 'PT1S', timeout: 'PT70S', deadLetterSink: sink },
    });
  });
});

test('a schedule that is switched off is left out, and one that runs once is refused', () => {
  const chart = newChart();
  new ServerlessFunction(chart, 'F', { entry, triggers: { Off: Schedule.rate(Duration.hours(1), { enabled: false }) } });
  expect(manifestsOf(chart, 'PingSource')).toEqual([]);
  const triggers = { Once: Schedule.at('2026-12-24T18:00:00') };
  expect(() => new ServerlessFunction(chart, 'Once', { entry, triggers })).toThrow('a PingSource repeats');
});
