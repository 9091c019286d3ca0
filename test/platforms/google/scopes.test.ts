import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider/index.js';
import { App, TerraformStack, TerraformVariable } from 'cdktf';
import { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { HttpApi, platformOf, Queue, ServerlessFunction, Service, Topic, usePlatform } from '../../../lib/index.js';
import { BetaResource } from '../../../lib/platforms/google/beta.js';
import { google } from '../../../lib/platforms/google/index.js';
import { withoutBundling } from '../../../lib/testing/index.js';
import { configurationOf, entry, environmentOf, errorOf, grantsOf, newStack, resourcesOf } from './stacks.js';

test('a provider of Google makes it Google’s, at any depth', () => {
  const stack = newStack();
  const deep = new Construct(new Service(new Construct(stack, 'A'), 'B'), 'C');
  const fn = new ServerlessFunction(deep, 'Hello', { entry });
  expect(platformOf(fn).name).toBe('google');
  expect(fn.node.defaultChild!.node.path).toBe('shop/A/B/C/Hello/Resource');
});

describe('region and project', () => {
  test('without a region there is an error that says where to set it', () => {
    const stack = newStack({ project: 'tea-shop' });
    expect(errorOf(() => new Queue(stack, 'Orders'))).toMatchObject({
      code: 'region-unknown',
      path: 'shop/Orders',
      message:
        "cannot tell the region of 'shop/Orders': the GoogleProvider of the stack 'shop' has none; set its region, or call " +
        'usePlatform(scope, google({ region }))',
    });
  });

  test('both may be late values, and a project that only the provider knows is asked for', () => {
    const stack = new TerraformStack(new App(), 'shop');
    const region = new TerraformVariable(stack, 'region', { type: 'string' });
    new GoogleProvider(stack, 'google', { region: region.stringValue });
    const orders = new Queue(stack, 'Orders');
    const fn = new ServerlessFunction(stack, 'Hello', { entry, links: { orders } });
    new HttpApi(stack, 'Api', { routes: { 'GET /': fn } });
    expect(environmentOf(stack, 'Hello').FAASTEN_LINK_orders).toBe(
      'pubsub:projects/${data.google_project.faasten_Project.project_id}/topics/shop-orders-cfcccd38',
    );
    expect(resourcesOf(stack, 'google_cloudfunctions2_function').Hello.location).toBe('${var.region}');
    expect(resourcesOf(stack, 'google_storage_bucket').faasten_Build_Sources.name).toBe(
      '${data.google_project.faasten_Project.project_id}-shop-faasten-sources-a6fe34fc',
    );
  });

  test('a part of a stack may be elsewhere', () => {
    const stack = newStack();
    const far = new Construct(stack, 'Far');
    usePlatform(far, google({ region: 'us-central1', project: 'tea-shop-us' }));
    new ServerlessFunction(stack, 'Near', { entry });
    new ServerlessFunction(far, 'Hello', { entry });
    const functions = resourcesOf(stack, 'google_cloudfunctions2_function');
    expect([functions.Near.location, functions.Near.project]).toEqual(['europe-west1', undefined]);
    expect([functions.Far_Hello.location, functions.Far_Hello.project]).toEqual(['us-central1', 'tea-shop-us']);
    const buckets = Object.values(resourcesOf(stack, 'google_storage_bucket')).map(({ name, location }) => [name, location]);
    expect(buckets).toEqual([
      ['tea-shop-shop-faasten-sources-a6fe34fc', 'europe-west1'],
      ['tea-shop-us-op-faasten-tea-shop-us-us-central1-sources-5dd319aa', 'us-central1'],
    ]);
  });
});

test('sources and builds may be the organisation’s own', () => {
  const stack = newStack();
  const build = {
    serviceAccount: 'projects/ops/serviceAccounts/build@ops.iam.gserviceaccount.com',
    repository: 'projects/ops/locations/europe-west1/repositories/functions',
  };
  usePlatform(stack, google({ sourceBucket: 'ops-sources', build, monitoring: false }));
  new ServerlessFunction(stack, 'Hello', { entry });
  expect(Object.keys(configurationOf(stack).resource).sort()).toEqual([
    'google_cloudfunctions2_function',
    'google_service_account',
    'google_storage_bucket_object',
  ]);
  expect(grantsOf(stack)).toEqual([]);
  expect(resourcesOf(stack, 'google_cloudfunctions2_function').Hello.build_config).toMatchObject({
    service_account: build.serviceAccount,
    docker_repository: build.repository,
  });
});

test('a stack that has a google-beta provider keeps it', () => {
  class Beta extends GoogleProvider {
    override readonly terraformResourceType = 'google-beta';
  }
  const stack = newStack();
  new Beta(stack, 'beta', { project: 'tea-shop', region: 'europe-west1', alias: 'second' });
  const fn = new ServerlessFunction(stack, 'Hello', { entry });
  new HttpApi(stack, 'Api', { routes: { 'GET /': fn } });
  const { provider, resource } = configurationOf(stack);
  expect(provider['google-beta']).toHaveLength(1);
  expect(resource.google_api_gateway_api!.Api.provider).toBe('google-beta.second');
});

test('names that only Google’s own may have are avoided', () => {
  const stack = new TerraformStack(new App(), 'google');
  new GoogleProvider(stack, 'google', { project: 'tea-shop', region: 'europe-west1' });
  new Topic(stack, 'Events');
  expect(Object.values(resourcesOf(stack, 'google_pubsub_topic'))[0].name).toMatch(/^f-google-events-[0-9a-f]{8}$/);
});

test('beta resources are in the HCL output too', () => {
  const stack = newStack();
  new BetaResource(stack, 'Api', 'google_api_gateway_api', {
    api_id: 'a',
    labels: { a: 'b' },
    nested: [{ inner: '1' }],
    none: undefined,
  });
  const { hcl } = stack.toHclTerraform();
  expect(hcl.replace(/\s+/g, ' ')).toContain('api_id = "a"');
  expect(hcl.replace(/\s+/g, ' ')).toContain('nested { inner = "1" }');
});

test('queues of one stack, consumers and senders of another: references lead one way', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'stacks-'));
  try {
    const app = withoutBundling(new App({ outdir }));
    const [data, code] = ['data', 'code'].map((id) => {
      const stack = new TerraformStack(app, id);
      new GoogleProvider(stack, 'google', { project: 'tea-shop', region: 'europe-west1' });
      return stack;
    });
    const orders = new Queue(data!, 'Orders');
    new ServerlessFunction(code!, 'Work', { entry, links: { orders }, triggers: { Orders: orders.messages() } });
    app.synth();
    const written = (id: string) => readFileSync(join(outdir, 'stacks', id, 'cdk.tf.json'), 'utf8');
    expect(written('data')).not.toContain('terraform_remote_state');
    expect(written('data')).toMatch(
      /"push_endpoint": "https:\/\/code-work-[0-9a-f]{8}-\$\{data\.google_project\.\w+\.number\}\.europe-west1\.run\.app/,
    );
    expect(written('code')).toContain('terraform_remote_state');
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
});
