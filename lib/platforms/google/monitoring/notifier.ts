import { MonitoringNotificationChannel } from '@cdktf/provider-google/lib/monitoring-notification-channel/index.js';
import { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic/index.js';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member/index.js';
import { Lazy } from 'cdktf';
import { Construct } from 'constructs';
import { inlineCode } from '../../../bundling/index.js';
import type { ChannelSecret, ChannelSpec } from '../../../core/model.js';
import { RUNTIME } from '../code.js';
import type { StackContext } from '../context.js';
import { GoogleFunctionBackend } from '../function.js';
import { NAME_LENGTH } from '../limits.js';
import { googleName } from '../names.js';
import { checkSecretName } from '../secrets.js';
import { plainText } from '../text.js';
import { NOTIFIER_EXPORT, NOTIFIER_SOURCE } from './notifier-source.js';

/** Deliveries of one incident, the first one counted: with Pub/Sub's growing pauses, some 40 minutes. */
const ATTEMPTS = 10;

/** What a channel leads to beside what Cloud Monitoring tells itself. */
export type Posted = Pick<ChannelSpec, 'webhooks' | 'slack' | 'pagerDuty'>;

const NOTIFIERS = new WeakMap<StackContext, Notifier>();

/**
 * One function for the channels of a stack, which posts incidents to webhooks that want a token, to Slack and to PagerDuty. Cloud Monitoring
 * would do so itself, with the secret in its own channel, and so in Terraform's state. Here the secret is read when an incident comes.
 */
export class Notifier {
  static of(context: StackContext): Notifier {
    const known = NOTIFIERS.get(context) ?? new Notifier(context);
    NOTIFIERS.set(context, known);
    return known;
  }

  private readonly fn: GoogleFunctionBackend;
  private readonly channels: Record<string, object> = {};

  private constructor(private readonly context: StackContext) {
    const scope = new Construct(context.monitoring, 'Notifier');
    const code = { kind: 'prebuilt', directory: '.', handler: NOTIFIER_EXPORT, runtime: RUNTIME } as const;
    const spec = {
      path: scope.node.path,
      code,
      description: 'Posts incidents to webhooks, Slack and PagerDuty',
      memoryMiB: 256,
      timeoutSeconds: 30,
      environment: {},
      secrets: {},
      warmInstances: 0,
      retry: { maxAttempts: ATTEMPTS, deadLetters: true },
      tags: {},
    };
    const files = {
      'index.mjs': NOTIFIER_SOURCE,
      'package.json': JSON.stringify({ private: true, type: 'module', main: 'index.mjs' }),
    };
    this.fn = new GoogleFunctionBackend(scope, context, spec, { spec: code, inline: inlineCode(files) }, {});
    this.fn.addEnvironment('CHANNELS', Lazy.stringValue({ produce: () => plainText(JSON.stringify(this.channels)) }));
  }

  /** A channel of Cloud Monitoring whose incidents are posted. */
  channel(scope: Construct, path: string, { webhooks, slack, pagerDuty }: Posted): MonitoringNotificationChannel {
    const { context, fn } = this;
    const project = context.projectArgument;
    const secret = (property: string, secret: ChannelSecret) => this.secret(path, property, secret);
    const name = googleName(`${path}/Incidents`, NAME_LENGTH.topic);
    this.channels[name] = {
      webhooks: webhooks.map(({ url, token }) => ({ url, token: token && secret('webhook.token', token) })),
      slack: slack && { channel: slack.channel, webhook: secret('slack.webhook', slack.webhook!) },
      pagerDuty: pagerDuty && secret('pagerDuty.integrationKey', pagerDuty.integrationKey),
    };
    const incidents = new Construct(scope, 'Incidents');
    const topic = new PubsubTopic(incidents, 'Topic', { name, project });
    const channel = new MonitoringNotificationChannel(incidents, 'Resource', {
      displayName: plainText(path),
      type: 'pubsub',
      labels: { topic: topic.id },
      project,
    });
    new PubsubTopicIamMember(incidents, 'Publish', {
      topic: topic.name,
      project,
      role: 'roles/pubsub.publisher',
      member: context.monitoringAgent,
      dependsOn: [channel],
    });
    fn.deliver(incidents, topic, () => `/${name}`);
    return channel;
  }

  private secret(path: string, property: string, { name, field, version }: ChannelSecret): object {
    checkSecretName('alert channel', path, property, name);
    this.fn.readSecret(name);
    return { secret: `projects/${this.context.project}/secrets/${name}`, name, field, version };
  }
}
