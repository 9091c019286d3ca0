import { describe, expect, test } from 'vitest';
import { Bucket, Duration, Queue, ServerlessFunction, Topic } from '../../../lib/index.js';
import { GoogleBucket, GoogleFunction, GoogleQueue, GoogleTopic } from '../../../lib/platforms/google/index.js';
import { configurationOf, entry, environmentOf, errorOf, grantsOf, newStack, resourcesOf } from './stacks.js';

type Links = ConstructorParameters<typeof ServerlessFunction>[2]['links'];

function linked(make: (stack: ReturnType<typeof newStack>) => Links) {
  const stack = newStack();
  new ServerlessFunction(stack, 'From', { entry, links: make(stack) });
  const own = grantsOf(stack).filter((grant) => grant.startsWith('From_'));
  const environment = Object.entries(environmentOf(stack, 'From')).filter(([name]) => name.startsWith('FAASTEN_LINK_'));
  return { stack, own, environment: Object.fromEntries(environment) };
}

const SIGN = 'From_ServiceAccount roles/iam.serviceAccountTokenCreator From_ServiceAccount';

describe('a link is an address and exactly the rights it takes', () => {
  test('queue', () => {
    expect(linked((stack) => ({ orders: new Queue(stack, 'Orders') }))).toMatchObject({
      environment: { FAASTEN_LINK_orders: 'pubsub:projects/tea-shop/topics/shop-orders-cfcccd38' },
      own: ['From_ServiceAccount roles/pubsub.publisher Orders'],
    });
  });

  test('topic', () => {
    expect(linked((stack) => ({ events: new Topic(stack, 'Events') }))).toMatchObject({
      environment: { FAASTEN_LINK_events: 'pubsub:projects/tea-shop/topics/shop-events-9b8e1ba4' },
      own: ['From_ServiceAccount roles/pubsub.publisher Events'],
    });
  });

  test.each([
    ['readOnly', 'roles/storage.objectViewer'],
    ['writeOnly', 'roles/storage.legacyBucketWriter'],
    ['readWrite', 'roles/storage.objectUser'],
  ] as const)('bucket, %s', (access, role) => {
    expect(linked((stack) => ({ photos: new Bucket(stack, 'Photos')[access]() }))).toMatchObject({
      environment: { FAASTEN_LINK_photos: 'gcs:tea-shop-shop-photos-bffd4b51' },
      own: [SIGN, `From_ServiceAccount ${role} Photos`],
    });
  });

  test('function: called at an address that needs no reference, started through a topic of its own', () => {
    const { stack, own, environment } = linked((at) => ({ to: new ServerlessFunction(at, 'To', { entry }) }));
    expect(environment).toEqual({
      FAASTEN_LINK_to:
        'cloudfunction:https://shop-to-66dd2e62-${data.google_project.faasten_Project.number}.europe-west1.run.app#projects/tea-shop/topics/shop-to-start-36786dd7',
    });
    expect(own).toEqual([
      'From_ServiceAccount roles/pubsub.publisher To_Start_Topic',
      'From_ServiceAccount roles/run.invoker To',
    ]);
    expect(resourcesOf(stack, 'google_pubsub_subscription').To_Start_Subscription).toMatchObject({
      dead_letter_policy: { dead_letter_topic: '${google_pubsub_topic.To_DeadLetters_Topic.id}', max_delivery_attempts: 5 },
      push_config: { push_endpoint: '${google_cloudfunctions2_function.To.service_config[0].uri}/_faasten/start?attempts=3' },
    });
  });
});

test('two links to one thing are one right', () => {
  const { own } = linked((stack) => {
    const orders = new Queue(stack, 'Orders');
    const photos = new Bucket(stack, 'Photos');
    return { orders, again: orders, photos: photos.readOnly(), same: photos.readOnly(), more: photos.writeOnly() };
  });
  expect(own).toEqual([
    SIGN,
    'From_ServiceAccount roles/pubsub.publisher Orders',
    'From_ServiceAccount roles/storage.legacyBucketWriter Photos',
    'From_ServiceAccount roles/storage.objectViewer Photos',
  ]);
});

test('only functions that others call are reachable from outside, and by IAM alone', () => {
  const { stack } = linked((at) => ({ to: new ServerlessFunction(at, 'To', { entry }) }));
  const ingress = (id: string) => resourcesOf(stack, 'google_cloudfunctions2_function')[id].service_config.ingress_settings;
  expect([ingress('From'), ingress('To')]).toEqual(['ALLOW_INTERNAL_ONLY', 'ALLOW_ALL']);
  expect(JSON.stringify(configurationOf(stack))).not.toMatch(/allUsers|allAuthenticatedUsers|roles\/(editor|owner)/);
});

test('two functions that call each other make no circle', () => {
  const stack = newStack();
  const first = new ServerlessFunction(stack, 'First', { entry });
  const second = new ServerlessFunction(stack, 'Second', { entry, links: { first } });
  first.addLink('second', second);
  const functions = JSON.stringify(resourcesOf(stack, 'google_cloudfunctions2_function'));
  expect(functions).not.toContain('${google_cloudfunctions2_function');
});

test('a function that works too long for events cannot be linked to, as links can start it', () => {
  const long = () => linked((at) => ({ to: new ServerlessFunction(at, 'To', { entry, timeout: Duration.hours(1) }) }));
  expect(errorOf(long).message).toContain("timeout of 'shop/To' is 3600 s, and Google Cloud has 1 to 600 s");
});

describe('buckets', () => {
  test('are private; what the name holds is never google’s own word', () => {
    const stack = newStack();
    new Bucket(stack, 'GooglePhotos', { versioned: true, removal: 'delete', tags: { Team: 'Tea' } });
    expect(resourcesOf(stack, 'google_storage_bucket')).toEqual({
      GooglePhotos: {
        name: 'tea-shop-shop-cloud-photos-ddb2ff88',
        location: 'europe-west1',
        labels: { team: 'tea' },
        uniform_bucket_level_access: true,
        public_access_prevention: 'enforced',
        versioning: { enabled: true },
        force_destroy: true,
      },
    });
  });

  test('take the settings of their resource', () => {
    const stack = newStack();
    const tuning = [
      GoogleBucket.tune({ storageClass: 'NEARLINE', cors: [{ origin: ['https://shop.example'], method: ['PUT'] }] }),
    ];
    const bucket = new Bucket(stack, 'Photos', { tuning });
    GoogleBucket.of(bucket).bucket.location = 'EU';
    expect(resourcesOf(stack, 'google_storage_bucket').Photos).toMatchObject({
      location: 'EU',
      storage_class: 'NEARLINE',
      cors: [{ origin: ['https://shop.example'], method: ['PUT'] }],
    });
  });
});

test('topics take the settings of their resource', () => {
  const stack = newStack();
  const topic = new Topic(stack, 'Events', { tuning: [GoogleTopic.tune({ kmsKeyName: 'key' })] });
  expect(GoogleTopic.of(topic).topic).toBe(topic.node.defaultChild);
  expect(resourcesOf(stack, 'google_pubsub_topic').Events).toEqual({ name: 'shop-events-9b8e1ba4', kms_key_name: 'key' });
});

test('what is behind a portable construct', () => {
  const stack = newStack();
  const fn = new ServerlessFunction(stack, 'Hello', { entry });
  const made = GoogleFunction.of(fn);
  made.function.description = 'set later';
  expect(fn.node.defaultChild).toBe(made.function);
  expect([made.function.node.path, made.serviceAccount.node.path, made.deadLetters]).toEqual([
    'shop/Hello/Resource',
    'shop/Hello/ServiceAccount',
    undefined,
  ]);
  expect(resourcesOf(stack, 'google_cloudfunctions2_function').Hello.description).toBe('set later');
  expect(GoogleQueue.tryOf(fn as never)).toBeUndefined();
  expect(() => GoogleQueue.of(fn as never)).toThrow(
    "queue 'shop/Hello' is not on the google platform; use GoogleQueue.tryOf(...)",
  );
});
