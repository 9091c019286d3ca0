import { describe, expect, test } from 'vitest';
import {
  Bucket,
  Duration,
  EventBus,
  type FunctionProps,
  Queue,
  Schedule,
  ServerlessFunction,
  Topic,
} from '../../../lib/index.js';
import { GoogleFunction, GoogleQueue } from '../../../lib/platforms/google/index.js';
import { configurationOf, entry, environmentOf, errorOf, grantsOf, newStack, resourcesOf, typesOf } from './stacks.js';

type Triggers = FunctionProps<any>['triggers'];
const PUBSUB = 'service-${data.google_project.faasten_Project.number}@gcp-sa-pubsub.iam.gserviceaccount.com'.replace(
  /\$\{.*?\}/,
  'faasten_Project',
);

function withTrigger(make: (stack: ReturnType<typeof newStack>) => Triggers, settings: object = {}) {
  const stack = newStack();
  new ServerlessFunction(stack, 'Work', { entry, ...settings, triggers: make(stack) });
  return stack;
}

describe('queue', () => {
  const stack = withTrigger((at) => ({ Orders: new Queue(at, 'Orders', { maxAttempts: 7 }).messages({ batchSize: 10 }) }));

  test('is a topic with one subscription, dead letters, and the rights that this takes', () => {
    expect(typesOf(stack)).toEqual([
      'google_cloud_run_v2_service_iam_member Work_Deliveries-op-faasten-deliveries-08349fce', // Pub/Sub may call the function
      'google_cloudfunctions2_function Work',
      'google_pubsub_subscription Orders_DeadLetters_Subscription', // keeps dead messages
      'google_pubsub_subscription Orders_Subscription', // pushes to the function
      'google_pubsub_subscription_iam_member Orders_SubscriptionForward', // Pub/Sub may take failed messages out,
      'google_pubsub_topic Orders',
      'google_pubsub_topic Orders_DeadLetters_Topic',
      'google_pubsub_topic_iam_member Orders_DeadLetters_Forward', // and put them to the dead ones
      'google_service_account Work_ServiceAccount',
      'google_service_account faasten_Deliveries', // what Pub/Sub calls functions as
      'google_service_account_iam_member faasten_DeliveriesTokens',
      'google_storage_bucket_object Work_Source',
    ]);
  });

  test('the subscription, whole', () => {
    expect(resourcesOf(stack, 'google_pubsub_subscription').Orders_Subscription).toEqual({
      name: 'shop-orders-cfcccd38',
      topic: '${google_pubsub_topic.Orders.id}',
      ack_deadline_seconds: 60,
      message_retention_duration: '345600s',
      expiration_policy: { ttl: '' },
      retry_policy: { minimum_backoff: '10s', maximum_backoff: '600s' },
      dead_letter_policy: { dead_letter_topic: '${google_pubsub_topic.Orders_DeadLetters_Topic.id}', max_delivery_attempts: 7 },
      push_config: {
        push_endpoint: '${google_cloudfunctions2_function.Work.service_config[0].uri}/_faasten/queue/Orders',
        oidc_token: {
          service_account_email: '${google_service_account.faasten_Deliveries.email}',
          audience: '${google_cloudfunctions2_function.Work.service_config[0].uri}',
        },
      },
      depends_on: [
        'google_service_account_iam_member.faasten_DeliveriesTokens',
        'google_cloud_run_v2_service_iam_member.Work_Deliveries-op-faasten-deliveries-08349fce',
      ],
    });
    expect(resourcesOf(stack, 'google_pubsub_subscription').Orders_DeadLetters_Subscription).toEqual({
      name: 'shop-orders-dead-letters-2d7fb769',
      topic: '${google_pubsub_topic.Orders_DeadLetters_Topic.id}',
      message_retention_duration: '1209600s',
      expiration_policy: { ttl: '' },
    });
  });

  test('rights, all of them', () => {
    expect(grantsOf(stack)).toEqual([
      'faasten_Deliveries roles/run.invoker Work',
      `${PUBSUB} roles/iam.serviceAccountOpenIdTokenCreator faasten_Deliveries`,
      `${PUBSUB} roles/pubsub.publisher Orders_DeadLetters_Topic`,
      `${PUBSUB} roles/pubsub.subscriber Orders_Subscription`,
    ]);
  });

  test('without a consumer, its subscription keeps messages until one comes', () => {
    const empty = newStack();
    new Queue(empty, 'Orders');
    const { name, push_config } = resourcesOf(empty, 'google_pubsub_subscription').Orders_Subscription;
    expect({ name, push_config }).toEqual({ name: 'shop-orders-cfcccd38', push_config: undefined });
  });

  test('has one consumer', () => {
    const message = errorOf(() =>
      withTrigger((at) => {
        const queue = new Queue(at, 'Orders');
        new ServerlessFunction(at, 'First', { entry, triggers: { Orders: queue.messages() } });
        return { Orders: queue.messages() };
      }),
    ).message;
    expect(message).toBe(
      "queue 'shop/Orders': 'shop/First' consumes it already, and on Google Cloud 'shop/Work' would get a copy of each message " +
        'instead of a share; consume a queue by one function; for copies, use a Topic',
    );
  });

  test.each([
    [1, 5, '?attempts=1'],
    [4, 5, '?attempts=4'],
    [5, 5, ''],
    [100, 100, ''],
  ])('%i attempts: Pub/Sub makes %i, of which the function takes its number', (maxAttempts, made, query) => {
    const counted = withTrigger((at) => ({ Orders: new Queue(at, 'Orders', { maxAttempts }).messages() }));
    const { dead_letter_policy, push_config } = resourcesOf(counted, 'google_pubsub_subscription').Orders_Subscription;
    expect(dead_letter_policy.max_delivery_attempts).toBe(made);
    expect(push_config.push_endpoint.split('/queue/')[1]).toBe(`Orders${query}`);
  });

  test.each([
    ['attempts', { maxAttempts: 101 }, "deliveries of 'shop/Orders': maxAttempts is 101, and Google Cloud has 1 to 100"],
    [
      'retention',
      { retention: Duration.minutes(5) },
      "deliveries of 'shop/Orders': retention is 300 s, and Google Cloud has 600 to",
    ],
  ])('limit of %s', (_, props, message) => {
    expect(errorOf(() => new Queue(newStack(), 'Orders', props)).message).toContain(message);
  });

  test('a function that works longer than Pub/Sub waits is refused', () => {
    const long = { timeout: Duration.minutes(11) };
    expect(errorOf(() => withTrigger((at) => ({ Orders: new Queue(at, 'Orders').messages() }), long)).message).toContain(
      "trigger 'shop/Orders': timeout of 'shop/Work' is 660 s, and Google Cloud has 1 to 600 s",
    );
  });

  test('a limit of concurrency per trigger is refused', () => {
    const limited = () => withTrigger((at) => ({ Orders: new Queue(at, 'Orders').messages({ maxConcurrency: 2 }) }));
    expect(errorOf(limited).message).toContain('set the function’s maxConcurrency');
  });
});

describe('event bus', () => {
  test('is a topic, whose subscriptions filter by type and source, and which links publish to', () => {
    const stack = newStack();
    const bus = new EventBus(stack, 'Bus');
    const triggers = { Paid: bus.events({ types: ['order.paid', 'order.refused'], sources: ['shop'] }), All: bus.events() };
    new ServerlessFunction(stack, 'Work', { entry, links: { bus }, triggers });
    const { Work_Triggers_Paid_Subscription: paid, Work_Triggers_All_Subscription: all } = resourcesOf(
      stack,
      'google_pubsub_subscription',
    );
    expect(paid).toMatchObject({
      topic: '${google_pubsub_topic.Bus.id}',
      filter: 'attributes.source = "shop" AND (attributes.type = "order.paid" OR attributes.type = "order.refused")',
      push_config: {
        push_endpoint: '${google_cloudfunctions2_function.Work.service_config[0].uri}/_faasten/event/Paid?attempts=3',
      },
    });
    expect(all).not.toHaveProperty('filter');
    expect(environmentOf(stack, 'Work').FAASTEN_LINK_bus).toMatch(/^pubsubbus:projects\/tea-shop\/topics\/shop-bus-/);
    expect(grantsOf(stack)).toContain('Work_ServiceAccount roles/pubsub.publisher Bus');
  });
});

describe('topic', () => {
  test('each trigger is a subscription, filtered by Pub/Sub', () => {
    const stack = withTrigger((at) => {
      const topic = new Topic(at, 'Events');
      return {
        All: topic.messages(),
        Some: topic.messages({ filter: { status: ['paid', 'ref"used'], '2nd': ['x'], price: ['${x}'] } }),
        One: topic.messages({ filter: { status: ['paid', 'refused'] } }),
      };
    });
    const subscriptions = resourcesOf(stack, 'google_pubsub_subscription');
    expect(Object.fromEntries(Object.entries(subscriptions).map(([id, { filter, topic }]) => [id, [filter, topic]]))).toEqual({
      Work_Triggers_All_Subscription: [undefined, '${google_pubsub_topic.Events.id}'],
      Work_Triggers_One_Subscription: [
        'attributes.status = "paid" OR attributes.status = "refused"',
        '${google_pubsub_topic.Events.id}',
      ],
      Work_Triggers_Some_Subscription: [
        'attributes."2nd" = "x" AND attributes.price = "$${x}" AND (attributes.status = "paid" OR attributes.status = "ref\\"used")',
        '${google_pubsub_topic.Events.id}',
      ],
      Work_DeadLetters_Subscription: [undefined, '${google_pubsub_topic.Work_DeadLetters_Topic.id}'],
    });
    expect(subscriptions.Work_Triggers_All_Subscription).toMatchObject({
      dead_letter_policy: { max_delivery_attempts: 5 },
      push_config: {
        push_endpoint: '${google_cloudfunctions2_function.Work.service_config[0].uri}/_faasten/topic/All?attempts=3',
      },
    });
  });

  test('a filter that is too long for Pub/Sub is refused', () => {
    const values = Array.from({ length: 12 }, (_, index) => `value-${index}`);
    const filtered = () => withTrigger((at) => ({ T: new Topic(at, 'Events').messages({ filter: { status: values } }) }));
    expect(errorOf(filtered).message).toMatch(
      /^trigger 'shop\/Work\/Triggers\/T': its filter takes \d{3} bytes on Google Cloud, which has 256/,
    );
  });

  test('without dead letters, nothing keeps what failed for the last time', () => {
    const dropping = withTrigger((at) => ({ T: new Topic(at, 'Events').messages() }), {
      retry: { maxAttempts: 6, deadLetters: false },
    });
    expect(Object.keys(resourcesOf(dropping, 'google_pubsub_subscription'))).toEqual(['Work_Triggers_T_Subscription']);
    expect(resourcesOf(dropping, 'google_pubsub_subscription').Work_Triggers_T_Subscription.dead_letter_policy).toEqual({
      dead_letter_topic: '${google_pubsub_topic.Work_DeadLetters_Topic.id}',
      max_delivery_attempts: 6,
    });
  });
});

describe('schedule', () => {
  test('is a job that publishes to a topic of its own', () => {
    const stack = withTrigger(() => ({ Nightly: Schedule.cron('0 3 * * 1-5', { timeZone: 'Europe/Berlin' }) }));
    expect(resourcesOf(stack, 'google_cloud_scheduler_job')).toEqual({
      Work_Triggers_Nightly: {
        name: 'shop-work-triggers-nightly-3686713c',
        region: 'europe-west1',
        description: 'Runs shop/Work',
        schedule: '0 3 * * 1,2,3,4,5',
        time_zone: 'Europe/Berlin',
        pubsub_target: { topic_name: '${google_pubsub_topic.Work_Triggers_Nightly_Topic.id}', data: 'e30=' },
        retry_config: { retry_count: 5 },
      },
    });
    expect(resourcesOf(stack, 'google_pubsub_subscription').Work_Triggers_Nightly_Subscription).toMatchObject({
      topic: '${google_pubsub_topic.Work_Triggers_Nightly_Topic.id}',
      push_config: {
        push_endpoint: '${google_cloudfunctions2_function.Work.service_config[0].uri}/_faasten/schedule/Nightly?attempts=3',
      },
    });
  });

  test.each([
    [1, '* * * * *'],
    [15, '*/15 * * * *'],
    [60, '0 * * * *'],
    [360, '0 */6 * * *'],
    [1440, '0 0 * * *'],
  ])('every %i minutes is %s', (minutes, schedule) => {
    const stack = withTrigger(() => ({ Tick: Schedule.rate(Duration.minutes(minutes)) }));
    expect(resourcesOf(stack, 'google_cloud_scheduler_job').Work_Triggers_Tick).toMatchObject({ schedule, time_zone: 'Etc/UTC' });
  });

  test.each([7, 45, 90, 300, 2880])('every %i minutes is refused, as the clock cannot tell it', (minutes) => {
    expect(errorOf(() => withTrigger(() => ({ Tick: Schedule.rate(Duration.minutes(minutes)) }))).message).toContain(
      `schedule 'shop/Work/Triggers/Tick': a rate of ${minutes} minutes divides neither an hour nor a day`,
    );
  });
});

describe('objects', () => {
  const notified = (events: ('created' | 'deleted')[], versioned = false) =>
    withTrigger((at) => ({
      Upload: new Bucket(at, 'Photos', { versioned }).objects({ events, prefix: 'raw/', suffix: '.jpg' }),
    }));

  test('are notifications to a topic of their own; the function checks suffixes', () => {
    const stack = notified(['created']);
    const { resource } = configurationOf(stack);
    expect(resource.google_storage_notification).toEqual({
      Work_Triggers_Upload: {
        bucket: '${google_storage_bucket.Photos.name}',
        topic: '${google_pubsub_topic.Work_Triggers_Upload_Topic.id}',
        payload_format: 'JSON_API_V1',
        event_types: ['OBJECT_FINALIZE'],
        object_name_prefix: 'raw/',
        depends_on: ['google_pubsub_topic_iam_member.Work_Triggers_Upload_Publish'],
      },
    });
    expect(resource.google_pubsub_subscription!.Work_Triggers_Upload_Subscription.push_config.push_endpoint).toBe(
      '${google_cloudfunctions2_function.Work.service_config[0].uri}/_faasten/objects/Upload?suffix=.jpg&attempts=3',
    );
    expect(grantsOf(stack)).toContain('faasten_StorageAgent roles/pubsub.publisher Work_Triggers_Upload_Topic');
  });

  test.each([
    ['created', ['created'], false, ['OBJECT_FINALIZE'], undefined],
    ['deleted', ['deleted'], false, ['OBJECT_DELETE'], 'NOT attributes:overwrittenByGeneration'],
    // What is deleted of a versioned bucket becomes an older version.
    [
      'both, versioned',
      ['created', 'deleted'],
      true,
      ['OBJECT_ARCHIVE', 'OBJECT_FINALIZE'],
      'NOT attributes:overwrittenByGeneration',
    ],
  ] as const)('%s', (_, events, versioned, types, filter) => {
    const stack = notified([...events], versioned);
    expect(resourcesOf(stack, 'google_storage_notification').Work_Triggers_Upload.event_types).toEqual(types);
    expect(resourcesOf(stack, 'google_pubsub_subscription').Work_Triggers_Upload_Subscription.filter).toBe(filter);
  });
});

test('a function with several triggers has one place for dead letters, and one right to be called', () => {
  const stack = newStack();
  const fn = new ServerlessFunction(stack, 'Work', {
    entry,
    triggers: { Tick: Schedule.rate(Duration.hours(1)), Events: new Topic(stack, 'Events').messages() },
  });
  expect(Object.keys(resourcesOf(stack, 'google_pubsub_topic'))).toEqual([
    'Events',
    'Work_DeadLetters_Topic',
    'Work_Triggers_Tick_Topic',
  ]);
  expect(grantsOf(stack).filter((grant) => grant.includes('run.invoker'))).toEqual(['faasten_Deliveries roles/run.invoker Work']);
  expect(GoogleFunction.of(fn).deadLetters?.node.path).toBe('shop/Work/DeadLetters/Subscription');
});

test('escape hatches of queues', () => {
  const stack = newStack();
  const queue = new Queue(stack, 'Orders', {
    tuning: [GoogleQueue.tune({ messageStoragePolicy: { allowedPersistenceRegions: ['europe-west1'] } })],
  });
  const { topic, subscription, deadLetters } = GoogleQueue.of(queue);
  subscription.enableMessageOrdering = true;
  expect(resourcesOf(stack, 'google_pubsub_topic').Orders.message_storage_policy).toEqual({
    allowed_persistence_regions: ['europe-west1'],
  });
  expect(resourcesOf(stack, 'google_pubsub_subscription').Orders_Subscription.enable_message_ordering).toBe(true);
  expect([topic, deadLetters].map(({ node }) => node.path)).toEqual([
    'shop/Orders/Resource',
    'shop/Orders/DeadLetters/Subscription',
  ]);
  expect(queue.node.defaultChild).toBe(topic);
});

test('order is the subscription’s', () => {
  const stack = newStack();
  const orders = new Queue(stack, 'Orders', { fifo: true });
  const events = new Topic(stack, 'Events', { fifo: true });
  new ServerlessFunction(stack, 'Work', { entry, triggers: { Orders: orders.messages(), Events: events.messages() } });
  new ServerlessFunction(stack, 'Unordered', { entry, triggers: { More: new Queue(stack, 'More').messages() } });
  const found = resourcesOf(stack, 'google_pubsub_subscription');
  expect(found.Orders_Subscription.enable_message_ordering).toBe(true);
  expect(found.Work_Triggers_Events_Subscription.enable_message_ordering).toBe(true);
  expect(found.More_Subscription).not.toHaveProperty('enable_message_ordering');
  expect(() => new Queue(stack, 'Content', { fifo: true, contentBasedDeduplication: true })).toThrow(
    'which the google platform does not have: Pub/Sub takes every message that is published',
  );
});

test('filters by prefix, exclusion and presence', () => {
  const stack = newStack();
  const filter = { status: ['paid', { prefix: 'part' }], region: [{ not: ['us', 'cn'] }], test: [{ exists: false }] };
  new ServerlessFunction(stack, 'Work', { entry, triggers: { Events: new Topic(stack, 'Events').messages({ filter }) } });
  expect(resourcesOf(stack, 'google_pubsub_subscription').Work_Triggers_Events_Subscription.filter).toBe(
    '(attributes:region AND attributes.region != "us" AND attributes.region != "cn") AND (attributes.status = "paid" OR ' +
      'hasPrefix(attributes.status, "part")) AND NOT attributes:test',
  );
});

test('a queue that gets the messages of a topic has a second subscription with the same consumer', () => {
  const stack = newStack();
  const [before, after] = [new Topic(stack, 'Before'), new Topic(stack, 'After')];
  const orders = new Queue(stack, 'Orders', { maxAttempts: 7 });
  orders.subscribe('Before', before, { filter: { status: ['paid'] } });
  new ServerlessFunction(stack, 'Work', { entry, triggers: { Orders: orders.messages() } });
  orders.subscribe('After', after);
  const found = resourcesOf(stack, 'google_pubsub_subscription');
  const { push_config, dead_letter_policy } = found.Orders_Subscription;
  for (const [name, topic] of [
    ['Orders_Subscriptions_Before_Subscription', 'Before'],
    ['Orders_Subscriptions_After_Subscription', 'After'],
  ] as const) {
    expect(found[name]).toMatchObject({ push_config, dead_letter_policy, topic: `\${google_pubsub_topic.${topic}.id}` });
  }
  expect(found.Orders_Subscriptions_Before_Subscription.filter).toBe('attributes.status = "paid"');
});

test('schedules that are switched off, and those that run once', () => {
  const stack = newStack();
  const off = Schedule.rate(Duration.hours(1), { enabled: false });
  new ServerlessFunction(stack, 'Work', { entry, triggers: { Off: off } });
  expect(resourcesOf(stack, 'google_cloud_scheduler_job').Work_Triggers_Off.paused).toBe(true);
  const triggers = { Once: Schedule.at('2026-12-24T18:00:00') };
  expect(() => new ServerlessFunction(stack, 'Once', { entry, triggers })).toThrow('its times have no year');
});
