import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { missing } from './engine.js';
import { available, planTerraform, validateTerraform } from './terraform.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A stack as cdktf writes it, with these resources. */
function stack(resource: object, more: object = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'stack-'));
  folders.push(folder);
  const terraform = {
    backend: { local: { path: '/nowhere/terraform.tfstate' } },
    required_providers: {
      google: { source: 'google', version: '6.50.0' },
      'google-beta': { source: 'hashicorp/google-beta', version: '~> 6.50' },
    },
  };
  const provider = { google: [{ project: 'p', region: 'europe-west1' }], 'google-beta': [{ project: 'p' }] };
  writeFileSync(join(folder, 'cdk.tf.json'), JSON.stringify({ terraform, provider, resource, ...more }));
  return folder;
}

const topic = { google_pubsub_topic: { orders: { name: 'orders' } } };
const subscription = (more: object) => ({
  ...topic,
  google_pubsub_subscription: {
    s: { name: 'sub', topic: '${google_pubsub_topic.orders.id}', ...more },
  },
});
const good = {
  ...subscription({
    ack_deadline_seconds: 60,
    push_config: { push_endpoint: 'https://a', oidc_token: { service_account_email: '${google_service_account.a.email}' } },
    dead_letter_policy: { dead_letter_topic: '${google_pubsub_topic.orders.id}', max_delivery_attempts: 5 },
    retry_policy: [{ minimum_backoff: '10s' }],
  }),
  google_service_account: { a: { account_id: 'orders' } },
  google_cloudfunctions2_function: {
    f: {
      name: 'f',
      location: 'europe-west1',
      build_config: { runtime: 'nodejs24', entry_point: 'handler', source: { storage_source: { bucket: 'b', object: 'o' } } },
      service_config: { available_memory: '512M', timeout_seconds: 30, environment_variables: { A: 'b' } },
    },
  },
  google_api_gateway_api: { a: { provider: 'google-beta', api_id: 'shop' } },
  google_api_gateway_api_config: {
    c: {
      provider: 'google-beta',
      api: '${google_api_gateway_api.a.api_id}',
      openapi_documents: [{ document: { path: 'a.yaml', contents: 'e30=' } }],
      gateway_config: { backend_config: { google_service_account: '${google_service_account.a.email}' } },
      lifecycle: { create_before_destroy: true },
    },
  },
  google_api_gateway_gateway: {
    g: { provider: 'google-beta', gateway_id: 'g', api_config: '${google_api_gateway_api_config.c.id}', region: 'europe-west1' },
  },
};
const outputs = { output: { url: { value: '${google_cloudfunctions2_function.f.service_config[0].uri}' } } };

describe.skipIf(missing('terraform', available()))('terraform', () => {
  test('a good stack is valid, beta resources included', async () => {
    expect(await validateTerraform(stack(good, outputs))).toMatchObject({ valid: true, diagnostics: [] });
  });

  test('a good stack is planned: what is given is known, what the provider chooses is not', async () => {
    const data = { data: { google_project: { p: { project_id: 'p' } } } };
    const plan = await planTerraform(stack(good, { ...outputs, ...data }));
    expect(plan).toMatchObject({ valid: true, diagnostics: [] });
    expect(Object.keys(plan.resources).sort()).toEqual([
      'google_api_gateway_api.a',
      'google_api_gateway_api_config.c',
      'google_api_gateway_gateway.g',
      'google_cloudfunctions2_function.f',
      'google_pubsub_subscription.s',
      'google_pubsub_topic.orders',
      'google_service_account.a',
    ]);
    const made = plan.resources['google_pubsub_subscription.s']!;
    expect(made).toMatchObject({ name: 'sub', ack_deadline_seconds: 60, retry_policy: [{ minimum_backoff: '10s' }] });
    expect(made).not.toHaveProperty('topic');
  });

  const mistakes: Record<string, [object, string | undefined, RegExp]> = {
    'unknown argument': [subscription({ ack_deadline: 60 }), 'google_pubsub_subscription.s', /is named "ack_deadline"/],
    'unknown argument in a block': [subscription({ push_config: { push_endpoint: 'a', x: 1 } }), undefined, /is named "x"/],
    'missing argument': [{ google_pubsub_subscription: { s: { name: 'a' } } }, undefined, /"topic" is required/],
    'missing argument in a block': [subscription({ push_config: {} }), undefined, /"push_endpoint" is required/],
    'missing block': [{ google_monitoring_alert_policy: { a: { display_name: 'a', combiner: 'OR' } } }, undefined, /conditions/],
    'wrong type': [subscription({ ack_deadline_seconds: 'soon' }), undefined, /number is required/],
    'wrong type in a map': [{ google_pubsub_topic: { t: { name: 't', labels: { a: ['b'] } } } }, undefined, /string/],
    'two of a block that may come once': [
      subscription({ push_config: [{ push_endpoint: 'a' }, { push_endpoint: 'b' }] }),
      undefined,
      /No more than 1 "push_config"/,
    ],
    'reference to nothing': [subscription({ topic: '${google_pubsub_topic.none.id}' }), undefined, /has not been declared/],
    'reference to an attribute that does not exist': [
      subscription({ topic: '${google_pubsub_topic.orders.arn}' }),
      undefined,
      /no argument, nested block, or exported attribute named "arn"/,
    ],
    'a value for a computed attribute': [
      { google_pubsub_topic: { t: { name: 't', effective_labels: { a: 'b' } } } },
      undefined,
      /effective_labels/,
    ],
    cycle: [
      {
        google_pubsub_topic: {
          a: { name: '${google_pubsub_topic.b.name}' },
          b: { name: '${google_pubsub_topic.a.name}' },
        },
      },
      undefined,
      /Cycle/,
    ],
    'unknown resource type': [{ google_pubsub_topics: { a: {} } }, undefined, /google_pubsub_topics/],
    'beta: missing argument': [{ google_api_gateway_api: { a: { provider: 'google-beta' } } }, undefined, /"api_id" is required/],
    'beta: unknown argument': [
      { google_api_gateway_api: { a: { provider: 'google-beta', api_id: 'a', apiId: 'a' } } },
      undefined,
      /is named "apiId"/,
    ],
  };
  test.each(Object.entries(mistakes))('finds: %s', async (_, [resources, address, message]) => {
    const { valid, diagnostics } = await validateTerraform(stack(resources));
    expect(valid).toBe(false);
    expect(diagnostics.map((each) => `${each.summary} ${each.detail}`).join('\n')).toMatch(message);
    if (address) expect(diagnostics.map((each) => each.address)).toContain(address);
  });

  test('a plan finds what only evaluation shows', async () => {
    const plan = await planTerraform(stack(subscription({ name: '${tonumber("x")}' })));
    expect(plan.valid).toBe(false);
    expect(plan.diagnostics[0]?.summary).toContain('Invalid function argument');
  });
});
