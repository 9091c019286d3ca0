import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TerraformStack } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { Shop } from '../../../bin/shop/shop.js';
import { Bucket, Duration, HttpApi, Queue, Schedule, Secret, ServerlessFunction, Topic } from '../../../lib/index.js';
import { missing } from '../../engines/engine.js';
import { available, planTerraform, validateTerraform } from '../../engines/terraform.js';
import { configurationOf, entry, grantsOf, newStack, written } from './stacks.js';

const shop = (stack: TerraformStack) => {
  new Shop(stack, 'Shop');
};

test('the shop, as types and their number', () => {
  const stack = newStack();
  shop(stack);
  const counts = Object.entries(configurationOf(stack).resource).map(([type, named]) => [type, Object.keys(named).length]);
  expect(Object.fromEntries(counts)).toEqual({
    google_api_gateway_api: 1,
    google_api_gateway_api_config: 1,
    google_api_gateway_gateway: 1,
    google_artifact_registry_repository: 1, // images of all functions
    google_artifact_registry_repository_iam_member: 1,
    google_cloud_run_v2_service_iam_member: 11, // 5 routes, 5 functions with events, 1 link
    google_cloud_scheduler_job: 1,
    google_cloudfunctions2_function: 10,
    google_project_iam_member: 2, // of the build
    google_pubsub_subscription: 10, // 5 that push, 5 that keep dead letters
    google_pubsub_subscription_iam_member: 5,
    google_pubsub_topic: 10,
    google_pubsub_topic_iam_member: 9,
    google_secret_manager_secret_iam_member: 1,
    google_service_account: 13, // 10 functions, the API, deliveries, the build
    google_service_account_iam_member: 8,
    google_storage_bucket: 3,
    google_storage_bucket_iam_member: 8,
    google_storage_bucket_object: 10,
    google_storage_notification: 1,
  });
});

test('the shop’s rights: nobody has more than the links say', () => {
  const stack = newStack();
  shop(stack);
  const own = grantsOf(stack).filter((grant) => /^Shop_\w+_ServiceAccount/.test(grant));
  expect(own.map((grant) => grant.replaceAll('_ServiceAccount', '').replaceAll('Shop_', ''))).toEqual([
    'Api roles/run.invoker CreateOrder',
    'Api roles/run.invoker GetOrder',
    'Api roles/run.invoker GetPhoto',
    'Api roles/run.invoker ListProducts',
    'Api roles/run.invoker UploadPhoto',
    'Charge roles/secretmanager.secretAccessor shop-payment-key',
    'CreateOrder roles/iam.serviceAccountTokenCreator CreateOrder',
    'CreateOrder roles/pubsub.publisher Orders',
    'CreateOrder roles/storage.legacyBucketWriter Data',
    'Fulfil roles/iam.serviceAccountTokenCreator Fulfil',
    'Fulfil roles/pubsub.publisher Charge_Start_Topic',
    'Fulfil roles/pubsub.publisher OrderEvents',
    'Fulfil roles/run.invoker Charge',
    'Fulfil roles/storage.legacyBucketWriter Data',
    'GetOrder roles/iam.serviceAccountTokenCreator GetOrder',
    'GetOrder roles/storage.objectViewer Data',
    'GetPhoto roles/iam.serviceAccountTokenCreator GetPhoto',
    'GetPhoto roles/storage.objectViewer Photos',
    'NightlyReport roles/iam.serviceAccountTokenCreator NightlyReport',
    'NightlyReport roles/storage.objectUser Data',
    'Thumbnail roles/iam.serviceAccountTokenCreator Thumbnail',
    'Thumbnail roles/storage.objectUser Photos',
    'UploadPhoto roles/iam.serviceAccountTokenCreator UploadPhoto',
    'UploadPhoto roles/storage.objectUser Photos',
  ]);
});

describe('what is written', () => {
  const digests = (folder: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile())
        .map((file) => join(file.parentPath, file.name))
        .map((file) => [file.slice(folder.length + 1), createHash('sha256').update(readFileSync(file)).digest('hex')])
        .sort(),
    );

  test('is the same every time, and in another folder; each zip lies where the configuration says', async () => {
    const first = await written(shop, async (folder) => digests(folder), true);
    await written(
      shop,
      async (folder) => {
        expect(digests(folder)).toEqual(first);
        const text = readFileSync(join(folder, 'cdk.tf.json'), 'utf8');
        expect(text).not.toContain(process.cwd());
        const objects = Object.values<any>(JSON.parse(text).resource.google_storage_bucket_object);
        expect(objects).toHaveLength(10);
        for (const { source, name } of objects) {
          expect(first).toHaveProperty([source]);
          expect(source).toBe(`assets/${name}`);
          expect(name).toMatch(/^shop-shop-[a-z-]+-[0-9a-f]{8}\/[0-9a-f]{32}\.zip$/);
        }
      },
      true,
    );
  });
});

/** Every feature once, for what the shop does not use. */
function everything(stack: TerraformStack): void {
  const queue = new Queue(stack, 'Queue', { maxAttempts: 2, retention: Duration.hours(1), tags: { a: 'b' } });
  const waiting = new Queue(stack, 'Waiting');
  const topic = new Topic(stack, 'Topic', { tags: { a: 'b' } });
  const bucket = new Bucket(stack, 'Bucket', { versioned: true, removal: 'delete' });
  const first = new ServerlessFunction(stack, 'First', {
    entry,
    description: 'quotes " and ${interpolations} and %{directives}',
    environment: { TEXT: '${a} %{b} "c" \\d' },
    maxConcurrency: 3,
    warmInstances: 1,
    retry: { maxAttempts: 9, deadLetters: false },
    secrets: { KEY: Secret.fromName('key', { field: 'a', version: '2' }) },
    links: { waiting, topic, read: bucket.readOnly(), write: bucket.writeOnly() },
    triggers: {
      Queue: queue.messages({ batchSize: 10, window: Duration.seconds(5) }),
      Topic: topic.messages({ filter: { status: ['a', 'b"'], kind: ['c'] } }),
      Rate: Schedule.rate(Duration.minutes(5)),
      Cron: Schedule.cron('0 3 * * mon', { timeZone: 'America/New_York' }),
      Objects: bucket.objects({ events: ['created', 'deleted'], prefix: 'a/${b}', suffix: '.j pg' }),
    },
  });
  const second = new ServerlessFunction(stack, 'Second', {
    code: { directory: __dirname, handler: 'main', runtime: 'python313' },
    links: { first },
  });
  first.addLink('second', second);
  const api = new HttpApi(stack, 'Api', {
    description: 'more " and ${interpolations} and %{directives}\nand lines',
    cors: { origins: ['*'] },
    routes: { 'ANY /': first, 'GET /files/{path+}': first, 'PUT /a/{b}': first, 'GET /a/{c}': first },
  });
  first.addEnvironment('API', api.url);
}

describe.skipIf(missing('terraform', available()))('terraform', () => {
  test.each([
    ['the shop', shop],
    ['everything', everything],
  ])('%s is valid', async (_, make) => {
    expect(await written(make, validateTerraform)).toMatchObject({ valid: true, diagnostics: [] });
  });

  test('everything is planned; texts of the user’s are what they were', async () => {
    const plan = await written(everything, planTerraform);
    expect(plan).toMatchObject({ valid: true, diagnostics: [] });
    const one = (type: string, like: string): any =>
      Object.entries(plan.resources).find(([address]) => address.startsWith(`${type}.${like}`))![1];
    const first = one('google_cloudfunctions2_function', 'First');
    expect(first.description).toBe('quotes " and ${interpolations} and %{directives}');
    expect(one('google_storage_notification', 'First').object_name_prefix).toBe('a/${b}');
    const { contents } = one('google_api_gateway_api_config', 'Api').openapi_documents[0].document[0];
    const document = JSON.parse(Buffer.from(contents, 'base64').toString());
    expect(document.info.description).toBe('more " and ${interpolations} and %{directives}\nand lines');
    expect(document.paths['/a/{c}'].get['x-google-backend'].jwt_audience).toMatch(
      /^https:\/\/shop-first-[0-9a-f]{8}-[\w.]+\.europe-west1\.run\.app$/,
    );
  });
});
