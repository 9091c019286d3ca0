import { createHash } from 'node:crypto';
import { MonitoringNotificationChannel } from '@cdktf/provider-google/lib/monitoring-notification-channel/index.js';
import type { Construct } from 'constructs';
import { invalid, shown } from '../../../core/errors.js';
import type { ChannelSpec } from '../../../core/model.js';
import type { ChannelBackend } from '../../../core/monitoring/port.js';
import { isLate } from '../../../core/tokens.js';
import type { StackContext } from '../context.js';
import { plainText } from '../text.js';

/** A notification channel that exists. */
export interface ExistingChannel {
  /** `projects/<project>/notificationChannels/<id>` */
  readonly name: string;
}

/** Where incidents go: a notification channel for each address and webhook, or one that exists. */
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
    const channels = [
      ...spec.email.map((address) => channel('email', 'email_address', address)),
      ...spec.webhooks.map(({ url, token }) => channel('webhook_tokenauth', 'url', withoutToken(spec.path, url, token))),
    ];
    this.resource = channels[0]!;
    this.names = channels.map(({ name }) => name);
  }
}

/** By what it leads to, so that another order replaces nothing. */
function idOf(type: string, value: string): string {
  return `${type}-${createHash('sha256').update(value).digest('hex').slice(0, 8)}`;
}

function withoutToken(path: string, url: string, token: object | undefined): string {
  if (!token) return url;
  throw invalid(
    'alert channel',
    path,
    'webhook.token would stand in its URL on Google Cloud, and in Terraform’s state',
    'make the channel by hand, and give existing: GoogleAlertChannel.from({ name })',
  );
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
