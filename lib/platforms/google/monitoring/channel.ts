import { createHash } from 'node:crypto';
import { MonitoringNotificationChannel } from '@cdktf/provider-google/lib/monitoring-notification-channel/index.js';
import type { Construct } from 'constructs';
import { invalid, shown } from '../../../core/errors.js';
import type { ChannelSpec } from '../../../core/model.js';
import type { ChannelBackend } from '../../../core/monitoring/port.js';
import { isLate } from '../../../core/tokens.js';
import type { StackContext } from '../context.js';
import { plainText } from '../text.js';
import { Notifier, type Posted } from './notifier.js';

/** A notification channel that exists. */
export interface ExistingChannel {
  /** `projects/<project>/notificationChannels/<id>` */
  readonly name: string;
}

/**
 * Where incidents go: a notification channel for each address and each webhook without a token, one for all that a function posts to, or
 * one that exists.
 */
export class ChannelResources implements ChannelBackend {
  readonly resource: MonitoringNotificationChannel | Construct;
  /** `projects/…/notificationChannels/…`, late values but for a channel that exists. */
  readonly names: readonly string[];

  constructor(scope: Construct, context: StackContext, spec: ChannelSpec, existing?: ExistingChannel) {
    if (existing) {
      this.resource = scope;
      this.names = [existingName(spec.path, existing)];
      return;
    }
    const channel = (type: string, label: string, value: string) =>
      new MonitoringNotificationChannel(scope, idOf(type, value), {
        displayName: spec.path,
        type,
        labels: { [label]: plainText(value) },
        project: context.projectArgument,
      });
    const posted = postedOf(spec);
    const channels = [
      ...spec.email.map((address) => channel('email', 'email_address', address)),
      ...spec.webhooks.filter(({ token }) => !token).map(({ url }) => channel('webhook_tokenauth', 'url', url)),
      ...(posted ? [Notifier.of(context).channel(scope, spec.path, posted)] : []),
    ];
    this.resource = channels[0]!;
    this.names = channels.map(({ name }) => name);
  }
}

/** By what it leads to, so that another order replaces nothing. */
function idOf(type: string, value: string): string {
  return `${type}-${createHash('sha256').update(value).digest('hex').slice(0, 8)}`;
}

/** What has a secret: Cloud Monitoring's own channels would keep it, and so would Terraform's state. */
function postedOf({ path, webhooks, slack, pagerDuty }: ChannelSpec): Posted | undefined {
  const secret = webhooks.filter(({ token }) => token);
  if (slack && !slack.webhook)
    throw invalid(
      'alert channel',
      path,
      'slack has no webhook, by which a function posts to it',
      "give slack: { webhook: Secret.fromName('slack', { field: 'url' }) }, the URL of an incoming webhook",
    );
  return secret.length > 0 || slack || pagerDuty ? { webhooks: secret, slack, pagerDuty } : undefined;
}

function existingName(path: string, { name }: ExistingChannel): string {
  if (isLate(name) || /^projects\/[^/]+\/notificationChannels\/[^/]+$/.test(name)) return name;
  throw invalid(
    'alert channel',
    path,
    `the existing channel is called ${shown(name)}`,
    'give its full name, as in projects/tea-shop/notificationChannels/1234567890',
  );
}
