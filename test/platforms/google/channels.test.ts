import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TerraformStack, Testing } from 'cdktf';
import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { AlertChannel, type AlertChannelProps, Secret, ServerlessFunction, Service } from '../../../lib/index.js';
import { GoogleAlertChannel } from '../../../lib/platforms/google/index.js';
import { missing } from '../../engines/engine.js';
import { available, startOnFunctionsFramework } from '../../engines/http-function.js';
import { planTerraform, available as terraform } from '../../engines/terraform.js';
import { configurationOf, entry, grantsOf, newWatchedStack, resourcesOf, typesOf, written } from './stacks.js';

const CHANNEL = 'google_monitoring_notification_channel';

/** A channel that has a secret in each of its ways. */
const POSTING: AlertChannelProps = {
  email: 'a@shop.example',
  webhook: [{ url: 'https://hooks.shop.example/x' }, { url: 'https://hooks.shop.example/y', token: Secret.fromName('hook') }],
  slack: { webhook: Secret.fromName('chat', { field: 'url', version: '3' }) },
  pagerDuty: { integrationKey: Secret.fromName('pager', { field: 'key' }) },
};

const posting = (stack: TerraformStack) => new AlertChannel(stack, 'OnCall', POSTING);

test('are one for each address and each webhook without a token', () => {
  const stack = newWatchedStack();
  new AlertChannel(stack, 'OnCall', {
    email: ['a@shop.example', 'b@shop.example'],
    webhook: { url: 'https://hooks.shop.example/x' },
  });
  expect(configurationOf(stack).resource).toEqual({
    [CHANNEL]: {
      'OnCall_email-6673e559': { display_name: 'shop/OnCall', type: 'email', labels: { email_address: 'b@shop.example' } },
      'OnCall_email-f1a380e3': { display_name: 'shop/OnCall', type: 'email', labels: { email_address: 'a@shop.example' } },
      'OnCall_webhook_tokenauth-c532c900': {
        display_name: 'shop/OnCall',
        type: 'webhook_tokenauth',
        labels: { url: 'https://hooks.shop.example/x' },
      },
    },
  });
});

test('may exist', () => {
  const stack = newWatchedStack();
  const service = new Service(stack, 'Shop');
  const name = 'projects/tea-shop/notificationChannels/12345';
  service.addAlertChannel(new AlertChannel(stack, 'Team', { existing: GoogleAlertChannel.from({ name }) }), ['page']);
  new ServerlessFunction(service, 'F', { entry });
  const policies = resourcesOf(stack, 'google_monitoring_alert_policy');
  expect(policies.faasten_Monitoring_Alarms_shopShop_FunctionErrors.notification_channels).toEqual([name]);
  expect(policies.faasten_Monitoring_Alarms_shopShop_FunctionMemory.notification_channels).toBeUndefined();
});

test('are sixteen at most for one policy', () => {
  const stack = newWatchedStack();
  const service = new Service(stack, 'Shop');
  const email = Array.from({ length: 17 }, (_, index) => `a${index}@shop.example`);
  service.addAlertChannel(new AlertChannel(stack, 'All', { email }));
  new ServerlessFunction(service, 'F', { entry });
  expect(() => Testing.synth(stack, true)).toThrow('17 channels are to be told, and Cloud Monitoring takes 16');
});

test.each([
  [{ existing: GoogleAlertChannel.from({ name: '12345' }) }, "the existing channel is called '12345'; give its full name"],
  [{ slack: { channel: '#alerts' } }, 'slack has no webhook, by which a function posts to it; give slack: {'],
  [
    { pagerDuty: { integrationKey: Secret.fromName('shop/pager') } },
    "is the secret 'shop/pager', which Secret Manager cannot have",
  ],
] as [AlertChannelProps, string][])('are refused where they cannot be: %j', (props, message) => {
  expect(() => new AlertChannel(newWatchedStack(), 'A', props)).toThrow(message);
});

describe('with a secret', () => {
  test('are a topic, from which one function of the stack posts', () => {
    const stack = newWatchedStack();
    posting(stack);
    new AlertChannel(stack, 'Other', { pagerDuty: { integrationKey: Secret.fromName('other') } });
    expect(typesOf(stack)).toEqual([
      'google_cloud_run_v2_service_iam_member faasten_Monitoring_Notifier_Deliveries-op-faasten-deliveries-08349fce',
      'google_cloudfunctions2_function faasten_Monitoring_Notifier',
      `${CHANNEL} OnCall_Incidents`,
      `${CHANNEL} OnCall_email-f1a380e3`,
      `${CHANNEL} OnCall_webhook_tokenauth-c532c900`,
      `${CHANNEL} Other_Incidents`,
      // Of the function: what it could not post.
      'google_pubsub_subscription OnCall_Incidents_Subscription',
      'google_pubsub_subscription Other_Incidents_Subscription',
      'google_pubsub_subscription faasten_Monitoring_Notifier_DeadLetters_Subscription',
      'google_pubsub_subscription_iam_member OnCall_Incidents_SubscriptionForward',
      'google_pubsub_subscription_iam_member Other_Incidents_SubscriptionForward',
      'google_pubsub_topic OnCall_Incidents_Topic',
      'google_pubsub_topic Other_Incidents_Topic',
      'google_pubsub_topic faasten_Monitoring_Notifier_DeadLetters_Topic',
      'google_pubsub_topic_iam_member OnCall_Incidents_Publish',
      'google_pubsub_topic_iam_member Other_Incidents_Publish',
      'google_pubsub_topic_iam_member faasten_Monitoring_Notifier_DeadLetters_Forward',
      'google_secret_manager_secret_iam_member faasten_Monitoring_Notifier_Grants_Secret-chat',
      'google_secret_manager_secret_iam_member faasten_Monitoring_Notifier_Grants_Secret-hook',
      'google_secret_manager_secret_iam_member faasten_Monitoring_Notifier_Grants_Secret-other',
      'google_secret_manager_secret_iam_member faasten_Monitoring_Notifier_Grants_Secret-pager',
      'google_service_account faasten_Deliveries',
      'google_service_account faasten_Monitoring_Notifier_ServiceAccount',
      'google_service_account_iam_member faasten_DeliveriesTokens',
      'google_storage_bucket_object faasten_Monitoring_Notifier_Source',
    ]);
    expect(resourcesOf(stack, CHANNEL).OnCall_Incidents).toEqual({
      display_name: 'shop/OnCall',
      type: 'pubsub',
      labels: { topic: '${google_pubsub_topic.OnCall_Incidents_Topic.id}' },
    });
    const { push_config, dead_letter_policy, retry_policy } = resourcesOf(stack, 'google_pubsub_subscription')
      .OnCall_Incidents_Subscription as any;
    expect(push_config.push_endpoint).toMatch(/service_config\[0\]\.uri\}\/shop-on-call-incidents-[0-9a-f]{8}$/);
    expect(dead_letter_policy.max_delivery_attempts).toBe(10);
    expect(retry_policy).toEqual({ minimum_backoff: '10s', maximum_backoff: '600s' });
  });

  test('may be published to by Cloud Monitoring only; the function may read its secrets and nothing else', () => {
    const stack = newWatchedStack();
    posting(stack);
    const agent = 'faasten_Project@gcp-sa-monitoring-notification.iam.gserviceaccount.com';
    const grants = grantsOf(stack);
    expect(grants.filter((line) => line.includes('OnCall_Incidents_Topic'))).toEqual([
      `service-${agent} roles/pubsub.publisher OnCall_Incidents_Topic`,
    ]);
    expect(grants.filter((line) => line.startsWith('faasten_Monitoring_Notifier_ServiceAccount '))).toEqual(
      ['chat', 'hook', 'pager'].map(
        (name) => `faasten_Monitoring_Notifier_ServiceAccount roles/secretmanager.secretAccessor ${name}`,
      ),
    );
    expect(resourcesOf(stack, 'google_cloudfunctions2_function').faasten_Monitoring_Notifier.service_config).toMatchObject({
      ingress_settings: 'ALLOW_INTERNAL_ONLY',
      timeout_seconds: 30,
    });
  });

  test.skipIf(missing('terraform', terraform()))('are planned by terraform', async () => {
    const plan = await written((stack) => void posting(stack), planTerraform);
    expect(plan).toMatchObject({ valid: true, diagnostics: [] });
    expect(Object.values<any>(plan.resources).filter(({ type }) => type === 'pubsub')).toHaveLength(1);
  });
});

/** An incident as Cloud Monitoring publishes it: https://cloud.google.com/monitoring/support/notification-options#schema-pubsub */
const INCIDENT = {
  version: '1.2',
  incident: {
    incident_id: '0.abc123xyz789',
    scoping_project_id: 'tea-shop',
    scoping_project_number: 12345678901,
    url: 'https://console.cloud.google.com/monitoring/alerting/alerts/0.abc123xyz789?channelType=cloud-pubsub&project=tea-shop',
    started_at: 1_795_000_000,
    ended_at: null,
    state: 'open',
    summary: 'errors of shop-hello are <high>',
    observed_value: '12.000',
    threshold_value: '5',
    resource: { type: 'cloud_run_revision', labels: { service_name: 'shop-hello' } },
    resource_type_display_name: 'Cloud Run Revision',
    resource_id: '',
    resource_display_name: '',
    resource_name: '',
    metric: { type: '', displayName: '', labels: {} },
    metadata: { system_labels: {}, user_labels: {} },
    policy_name: 'shop: function errors',
    policy_user_labels: { alarm: 'function-errors', severity: 'page' },
    condition_name: 'errors > 5 % over 5 minutes',
    condition: { name: 'projects/tea-shop/alertPolicies/1/conditions/2', displayName: 'errors > 5 % over 5 minutes' },
    documentation: { content: 'Work fails.', mime_type: 'text/markdown', subject: 'page: shop: function errors', links: [] },
    severity: 'Critical',
  },
};

const SECRETS: Readonly<Record<string, string>> = {
  'projects/tea-shop/secrets/hook/versions/latest': 'the-token\n',
  'projects/tea-shop/secrets/chat/versions/3': '{"url":"https://hooks.slack.com/services/the/secret/url"}',
  'projects/tea-shop/secrets/pager/versions/latest': '{"key":"the-key"}',
};

interface Posted {
  readonly to: string;
  readonly authorization?: string;
  readonly body: any;
}

/** The metadata server, Secret Manager, and all that is posted to. */
async function world(answer: (host: string) => number) {
  const posted: Posted[] = [];
  const server = createServer(async (request, response) => {
    const [, host = '', ...path] = request.url!.split('/');
    const { authorization } = request.headers;
    const reply = (status: number, body?: object) => response.writeHead(status).end(body && JSON.stringify(body));
    if (host === 'metadata.google.internal') {
      const asked = request.headers['metadata-flavor'] === 'Google' && path.join('/').endsWith('service-accounts/default/token');
      return asked ? reply(200, { access_token: 'of-the-function' }) : reply(403);
    }
    if (host === 'secretmanager.googleapis.com') {
      const value = SECRETS[path.join('/').replace(/^v1\/|:access$/g, '')];
      if (value === undefined || authorization !== 'Bearer of-the-function') return reply(403);
      return reply(200, { payload: { data: Buffer.from(value).toString('base64') } });
    }
    posted.push({ to: `${request.method} ${host}/${path.join('/')}`, authorization, body: JSON.parse(await text(request)) });
    return reply(answer(host));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, posted, stop: () => server.close() };
}

/** Runs what Terraform would upload, with the environment that it would set. */
async function running(
  use: (push: (notification: object, path?: string) => Promise<number>, output: () => string, posted: Posted[]) => Promise<void>,
  answer: (host: string) => number,
) {
  const target = await world(answer);
  try {
    await written(
      (stack) => void posting(stack),
      async (folder) => {
        const { resource } = JSON.parse(readFileSync(join(folder, 'cdk.tf.json'), 'utf8'));
        const [object] = Object.values<any>(resource.google_storage_bucket_object);
        const [{ build_config, service_config }] = Object.values<any>(resource.google_cloudfunctions2_function) as [any];
        const [subscription] = Object.values<any>(resource.google_pubsub_subscription).filter((each) => each.push_config);
        const code = mkdtempSync(join(tmpdir(), 'notifier-'));
        for (const [name, bytes] of Object.entries(unzipSync(readFileSync(join(folder, object.source)))))
          writeFileSync(join(code, name), bytes);
        const environment = {
          ...service_config.environment_variables,
          REROUTED: target.url,
          NODE_OPTIONS: `--require=${join(__dirname, '../../engines/preload/rerouted.cjs')}`,
        };
        const fn = await startOnFunctionsFramework(code, environment, build_config.entry_point);
        try {
          const push = async (notification: object, path = subscription.push_config.push_endpoint.replace(/^.*\}/, '')) => {
            const data = Buffer.from(JSON.stringify(notification)).toString('base64');
            const body = JSON.stringify({
              message: { data, messageId: '1', attributes: {} },
              subscription: 'projects/tea-shop/subscriptions/x',
            });
            return (await fetch(`${fn.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }))
              .status;
          };
          await use(push, fn.output, target.posted);
        } finally {
          await fn.stop();
          rmSync(code, { recursive: true, force: true });
        }
      },
    );
  } finally {
    target.stop();
  }
}

describe.skipIf(missing('functions-framework', available()))('what posts, on functions-framework', () => {
  const by = (host: string, posted: readonly Posted[]) => posted.filter(({ to }) => to.includes(host));

  test('tells all of an incident and of its end, by the secrets that it reads', async () => {
    await running(
      async (push, _, posted) => {
        expect(await push(INCIDENT)).toBe(204);
        const { incident } = INCIDENT;
        const opened = [...posted].sort((a, b) => (a.to < b.to ? -1 : 1));
        expect(opened).toEqual([
          {
            to: 'POST events.pagerduty.com/v2/enqueue',
            body: {
              routing_key: 'the-key',
              dedup_key: incident.incident_id,
              event_action: 'trigger',
              payload: {
                summary: 'shop: function errors: errors of shop-hello are <high>',
                source: incident.url,
                severity: 'critical',
                custom_details: { condition: 'errors > 5 % over 5 minutes', url: incident.url },
              },
            },
          },
          { to: 'POST hooks.shop.example/y', authorization: 'Bearer the-token', body: INCIDENT },
          {
            to: 'POST hooks.slack.com/services/the/secret/url',
            body: {
              attachments: [
                {
                  fallback: 'page: shop: function errors: errors of shop-hello are &lt;high&gt;',
                  color: 'danger',
                  title: 'page: shop: function errors: errors of shop-hello are &lt;high&gt;',
                  title_link: incident.url,
                  text: 'Work fails.',
                },
              ],
            },
          },
        ]);
        posted.length = 0;
        const ended = { ...INCIDENT, incident: { ...incident, state: 'closed', ended_at: 1_795_000_600 } };
        expect(await push(ended)).toBe(204);
        expect(by('pagerduty', posted)[0]!.body).toMatchObject({ event_action: 'resolve', dedup_key: incident.incident_id });
        expect(by('slack', posted)[0]!.body.attachments[0]).toMatchObject({
          color: 'good',
          title: expect.stringMatching(/^ended: /),
        });
        posted.length = 0;
        const ticket = { ...INCIDENT, incident: { ...incident, policy_user_labels: undefined, severity: 'Warning' } };
        expect(await push(ticket)).toBe(204);
        expect(by('pagerduty', posted)[0]!.body.payload.severity).toBe('warning');
        expect(by('slack', posted)[0]!.body.attachments[0].color).toBe('warning');
      },
      () => 202,
    );
  });

  test('has Pub/Sub push it again when one was not told, and logs no secret', async () => {
    await running(
      async (push, output, posted) => {
        expect(await push(INCIDENT)).toBe(500);
        expect(posted).toHaveLength(3);
        expect(await push({ no: 'incident' })).toBe(500);
        expect(await push(INCIDENT, '/somebody-else')).toBe(500);
        const lines = output()
          .split('\n')
          .filter((line) => line.startsWith('{'))
          .map((line) => JSON.parse(line));
        expect(lines[0]).toMatchObject({ severity: 'ERROR', error: 'hooks.slack.com answered 500' });
        expect(lines[2]).toMatchObject({ channel: 'somebody-else', error: 'there is no such channel' });
        expect(output()).not.toMatch(/the-key|the-token|secret\/url/);
      },
      (host) => (host === 'hooks.slack.com' ? 500 : 202),
    );
  });
});
