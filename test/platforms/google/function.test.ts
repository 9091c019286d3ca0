import type { TerraformStack } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { Duration, Secret, ServerlessFunction, Service } from '../../../lib/index.js';
import { GoogleFunction } from '../../../lib/platforms/google/index.js';
import { configurationOf, entry, environmentOf, errorOf, grantsOf, newStack, resourcesOf } from './stacks.js';

const functionOf = (stack: TerraformStack, id = 'Hello') => resourcesOf(stack, 'google_cloudfunctions2_function')[id];

test('a minimal function, whole', () => {
  const stack = newStack();
  new ServerlessFunction(stack, 'Hello', { entry });
  expect(configurationOf(stack)).toEqual({
    terraform: { required_providers: { google: { source: 'google', version: '6.50.0' } } },
    provider: { google: [{ project: 'tea-shop', region: 'europe-west1' }] },
    data: { google_project: { faasten_Project: {} } },
    resource: {
      google_cloudfunctions2_function: {
        Hello: {
          name: 'shop-hello-9a916612',
          location: 'europe-west1',
          build_config: {
            runtime: 'nodejs24',
            entry_point: 'handler',
            service_account: '${google_service_account.faasten_Build_Builder.name}',
            docker_repository: '${google_artifact_registry_repository.faasten_Build_Images.id}',
            source: {
              storage_source: {
                bucket: '${google_storage_bucket_object.Hello_Source.bucket}',
                object: '${google_storage_bucket_object.Hello_Source.name}',
              },
            },
          },
          service_config: {
            service_account_email: '${google_service_account.Hello_ServiceAccount.email}',
            available_memory: '256Mi',
            timeout_seconds: 30,
            min_instance_count: 0,
            max_instance_request_concurrency: 1,
            ingress_settings: 'ALLOW_INTERNAL_ONLY',
            all_traffic_on_latest_revision: true,
            environment_variables: {
              FAASTEN_FUNCTION: 'shop/Hello',
              FAASTEN_TIMEOUT_MS: '30000',
              FAASTEN_TRACE_PROJECT: 'tea-shop',
              NODE_ENV: 'production',
              NODE_OPTIONS: '--enable-source-maps',
            },
          },
          depends_on: [
            'google_artifact_registry_repository_iam_member.faasten_Build_PushImages',
            'google_storage_bucket_iam_member.faasten_Build_ReadSources',
            'google_project_iam_member.faasten_Build_ReadCopies',
            'google_project_iam_member.faasten_Build_WriteLogs',
          ],
        },
      },
      google_service_account: {
        Hello_ServiceAccount: { account_id: 'shop-hello-9a916612', display_name: 'shop/Hello' },
        faasten_Build_Builder: { account_id: 'shop-faasten-builder-ae872596', display_name: 'Builds functions of shop/faasten' },
      },
      google_storage_bucket: {
        faasten_Build_Sources: {
          name: 'tea-shop-shop-faasten-sources-a6fe34fc',
          location: 'europe-west1',
          uniform_bucket_level_access: true,
          public_access_prevention: 'enforced',
          force_destroy: true,
        },
      },
      google_storage_bucket_object: {
        Hello_Source: {
          bucket: '${google_storage_bucket.faasten_Build_Sources.name}',
          name: 'shop-hello-9a916612/00000000000000000000000000000000.zip',
          source: 'assets/shop-hello-9a916612/00000000000000000000000000000000.zip',
          content_type: 'application/zip',
          lifecycle: { create_before_destroy: true },
        },
      },
      google_storage_bucket_iam_member: {
        faasten_Build_ReadSources: {
          bucket: '${google_storage_bucket.faasten_Build_Sources.name}',
          role: 'roles/storage.objectViewer',
          member: '${google_service_account.faasten_Build_Builder.member}',
        },
      },
      google_artifact_registry_repository: {
        faasten_Build_Images: {
          repository_id: 'shop-faasten-images-0a08d882',
          location: 'europe-west1',
          format: 'DOCKER',
          description: 'Images of the functions of shop/faasten',
          cleanup_policies: [
            { id: 'keep-newest', action: 'KEEP', most_recent_versions: { keep_count: 5 } },
            { id: 'delete-old', action: 'DELETE', condition: { older_than: '2592000s', tag_state: 'ANY' } },
          ],
        },
      },
      google_artifact_registry_repository_iam_member: {
        faasten_Build_PushImages: {
          repository: '${google_artifact_registry_repository.faasten_Build_Images.name}',
          location: 'europe-west1',
          role: 'roles/artifactregistry.writer',
          member: '${google_service_account.faasten_Build_Builder.member}',
        },
      },
      google_project_iam_member: {
        faasten_Build_ReadCopies: {
          project: 'tea-shop',
          role: 'roles/storage.objectViewer',
          member: '${google_service_account.faasten_Build_Builder.member}',
          condition: {
            title: 'sources of functions',
            expression:
              'resource.name.startsWith("projects/_/buckets/gcf-v2-sources-${data.google_project.faasten_Project.number}-europe-west1")',
          },
        },
        faasten_Build_WriteLogs: {
          project: 'tea-shop',
          role: 'roles/logging.logWriter',
          member: '${google_service_account.faasten_Build_Builder.member}',
        },
      },
    },
  });
});

test('settings', () => {
  const stack = newStack();
  new ServerlessFunction(stack, 'Hello', {
    entry,
    description: 'Says hello for ${price}',
    memoryMiB: 1024,
    timeout: Duration.minutes(60),
    maxConcurrency: 7,
    warmInstances: 2,
    tags: { Team: 'Tea Shop', costs: 'a.b' },
    environment: { GREETING: '${who} %{if}', LEVEL: 'debug' },
  });
  const { service_config, description, labels } = functionOf(stack);
  expect({ description, labels, ...service_config }).toMatchObject({
    description: 'Says hello for $${price}',
    labels: { team: 'tea_shop', costs: 'a_b' },
    available_memory: '1024Mi',
    timeout_seconds: 3600,
    max_instance_count: 7,
    min_instance_count: 2,
    environment_variables: { GREETING: '$${who} %%{if}', LEVEL: 'debug', FAASTEN_TIMEOUT_MS: '3600000' },
  });
});

test('code that is built already keeps its runtime and entry point', () => {
  const stack = newStack();
  new ServerlessFunction(stack, 'Hello', { code: { directory: __dirname, handler: 'hello_http', runtime: 'python313' } });
  expect(functionOf(stack).build_config).toMatchObject({ runtime: 'python313', entry_point: 'hello_http' });
  expect(environmentOf(stack, 'Hello')).not.toHaveProperty('NODE_OPTIONS');
});

test('a secret is an environment variable that Secret Manager fills, and a right on that secret', () => {
  const stack = newStack();
  new ServerlessFunction(stack, 'Hello', {
    entry,
    secrets: { KEY: Secret.fromName('payment-key'), USER: Secret.fromName('login', { field: 'user name', version: '3' }) },
  });
  const { service_config, depends_on } = functionOf(stack);
  expect(service_config.secret_environment_variables).toEqual([
    { key: 'FAASTEN_VALUE_KEY', project_id: 'tea-shop', secret: 'payment-key', version: 'latest' },
    { key: 'FAASTEN_VALUE_USER', project_id: 'tea-shop', secret: 'login', version: '3' },
  ]);
  expect(service_config.environment_variables).toMatchObject({
    FAASTEN_SECRET_KEY: 'env:FAASTEN_VALUE_KEY',
    FAASTEN_SECRET_USER: 'env:FAASTEN_VALUE_USER#user%20name',
  });
  expect(grantsOf(stack)).toEqual([
    'Hello_ServiceAccount roles/secretmanager.secretAccessor login',
    'Hello_ServiceAccount roles/secretmanager.secretAccessor payment-key',
  ]);
  // Without the right, the first instance cannot start.
  expect(depends_on).toContain('google_secret_manager_secret_iam_member.Hello_Grants_Secret-payment-key');
});

describe('tuning', () => {
  test('adds to the blocks that faasten makes', () => {
    const stack = newStack();
    const service = new Service(stack, 'Shop', {
      defaults: { tuning: [GoogleFunction.tune({ kmsKeyName: 'key', serviceConfig: { vpcConnector: 'net' } })] },
    });
    new ServerlessFunction(service, 'Plain', { entry });
    new ServerlessFunction(service, 'Hello', {
      entry,
      maxConcurrency: 100,
      environment: { A: '1' },
      tuning: [
        GoogleFunction.tune({
          serviceConfig: { availableCpu: '1', maxInstanceRequestConcurrency: 8, environmentVariables: { B: '2' } },
          buildConfig: { workerPool: 'pool' },
        }),
      ],
    });
    expect(functionOf(stack, 'Shop_Plain')).toMatchObject({ kms_key_name: 'key', service_config: { vpc_connector: 'net' } });
    expect(functionOf(stack, 'Shop_Hello')).toMatchObject({
      kms_key_name: 'key',
      build_config: { worker_pool: 'pool', runtime: 'nodejs24' },
      service_config: {
        available_cpu: '1',
        available_memory: '256Mi',
        max_instance_request_concurrency: 8,
        max_instance_count: 12,
        environment_variables: { A: '1', B: '2', FAASTEN_FUNCTION: 'shop/Shop/Hello' },
      },
    });
  });

  test('cannot let one instance answer more requests than the whole function may', () => {
    const stack = newStack();
    const tuning = [GoogleFunction.tune({ serviceConfig: { maxInstanceRequestConcurrency: 80 } })];
    expect(errorOf(() => new ServerlessFunction(stack, 'Hello', { entry, maxConcurrency: 5, tuning })).message).toBe(
      "function 'shop/Hello': maxConcurrency is 5, and one instance is tuned to answer 80 requests at a time; raise the one or lower the other",
    );
  });
});

test('a name is never longer than a Cloud Run service, nor starts as only Google’s may', () => {
  const stack = newStack();
  const service = new Service(stack, 'AServiceWithQuiteALongNameForAStart', {});
  new ServerlessFunction(service, 'AndAFunctionThatIsNotMuchShorterThanThat', { entry });
  const names = Object.values(resourcesOf(stack, 'google_cloudfunctions2_function')).map(({ name }) => name);
  expect(names).toHaveLength(1);
  expect(names[0]).toMatch(/^[a-z][a-z0-9-]{30,48}$/);
  const accounts = Object.values(resourcesOf(stack, 'google_service_account')).map(({ account_id }) => account_id);
  for (const account of accounts) expect(account).toMatch(/^[a-z][a-z0-9-]{5,29}$/);
});

describe('refused, with the value and what to do', () => {
  test.each([
    [
      'too much memory',
      { memoryMiB: 65_536 },
      "function 'shop/Hello': memoryMiB is 65536 MiB, and Google Cloud has 128 to 32768 MiB",
    ],
    [
      'too much time',
      { timeout: Duration.hours(2) },
      "function 'shop/Hello': timeout is 7200 s, and Google Cloud has 1 to 3600 s",
    ],
    ['log retention', { logRetention: Duration.days(7) }, 'Cloud Logging keeps logs by log bucket, not by function'],
    [
      'a tag that starts with a digit',
      { tags: { '1st': 'x' } },
      "labels of 'shop/Hello': the tag '1st' does not start with a letter",
    ],
    ['two tags that become one label', { tags: { A: 'x', a: 'y' } }, "the tag 'a' and another both become the label 'a'"],
    ['a long tag', { tags: { a: 'x'.repeat(64) } }, "the tag 'a' has a value of 64 characters; use 63 at most"],
    ['a secret with a slash', { secrets: { K: Secret.fromName('shop/key') } }, "secrets.K is the secret 'shop/key'"],
  ])('%s', (_, settings, message) => {
    expect(errorOf(() => new ServerlessFunction(newStack(), 'Hello', { entry, ...settings })).message).toContain(message);
  });

  test('images', () => {
    expect(errorOf(() => new ServerlessFunction(newStack(), 'Hello', { image: 'registry/app' })).message).toContain(
      'google_cloudfunctions2_function builds functions from source',
    );
  });
});
