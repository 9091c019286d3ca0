import { Construct } from 'constructs';
import { attach } from './core/attachment.js';
import { type Feature, requireFeatures } from './core/capabilities.js';
import { Checks, frozen } from './core/checks.js';
import type { DurationLike } from './core/duration.js';
import { otherPlatform, shown } from './core/errors.js';
import type { AlarmName, ChannelSpec, Severity } from './core/model.js';
import { platformOf } from './core/scope.js';
import { isSecret, type Secret } from './secret.js';

/** Something that exists on one target already, made by that target's escape hatches, as in `AwsAlertChannel.from(topic)`. */
export interface Existing<Kind extends 'channel' | 'dashboard'> {
  readonly platform: string;
  readonly construct: Kind;
  readonly resource: object;
}

export interface WebhookOptions {
  /** Where to post, over https. */
  readonly url: string;
  /**
   * Sent as `Authorization: Bearer`.
   * @default - none
   */
  readonly token?: Secret;
}

/** Each target has its own way into Slack and says what it needs of these; see the guide «Monitoring». */
export interface SlackOptions {
  /** Name of the channel, as in `#shop-alerts` (Kubernetes; on Google Cloud only where the webhook leads to more than one). */
  readonly channel?: string;
  /** Id of the channel, as in `C0123456789` (AWS). */
  readonly channelId?: string;
  /** Id of the workspace, as in `T0123456789`, which is authorized in the account once by hand (AWS). */
  readonly workspaceId?: string;
  /** URL of an incoming webhook, which is a secret (Google Cloud, Kubernetes). */
  readonly webhook?: Secret;
}

/** At least one of them. */
export interface AlertChannelProps {
  /** One address or several. */
  readonly email?: string | readonly string[];
  readonly webhook?: WebhookOptions | readonly WebhookOptions[];
  readonly slack?: SlackOptions;
  /** Key of an integration of PagerDuty's Events API v2. */
  readonly pagerDuty?: { readonly integrationKey: Secret };
  /** A channel that exists, from the target's escape hatch. It stands alone: without any of the others. */
  readonly existing?: Existing<'channel'>;
}

/** Where alarms go. Made once, and given to services (`monitoring: { channels: [onCall] }`). */
export class AlertChannel extends Construct {
  constructor(scope: Construct, id: string, props: AlertChannelProps) {
    super(scope, id);
    const path = this.node.path;
    const platform = platformOf(this);
    const checks = new Checks('alert channel', path, platform);
    const spec = frozen(channelSpec(path, props, checks));
    checks.own('', spec);
    const features: Feature[] = [
      ...(spec.email.length > 0 ? ['monitoring.channel.email' as const] : []),
      ...(spec.webhooks.length > 0 ? ['monitoring.channel.webhook' as const] : []),
      ...(spec.slack ? ['monitoring.channel.slack' as const] : []),
      ...(spec.pagerDuty ? ['monitoring.channel.pagerDuty' as const] : []),
      ...(props.existing ? ['monitoring.channel.existing' as const] : []),
    ];
    if (features.length === 0)
      checks.fail('it leads nowhere', "give email, webhook, slack, pagerDuty or existing, as in email: 'ops@shop.example'");
    if (props.existing && features.length > 1)
      checks.fail('existing is not its only way', 'make a second AlertChannel for the others');
    if (props.existing && props.existing.platform !== platform.name)
      throw otherPlatform(path, 'the channel', 'existing', props.existing.platform, platform.name);
    requireFeatures(platform, path, features);
    const backend = platform.monitoring!.createChannel(this, spec, props.existing?.resource);
    attach(this, { type: 'channel', platform, backend, describe: () => spec });
  }
}

function channelSpec(path: string, props: AlertChannelProps, checks: Checks): ChannelSpec {
  const email = [props.email ?? []].flat();
  for (const address of email) {
    if (typeof address !== 'string' || !/^[^\s@]+@[^\s@]+$/.test(address))
      checks.fail(`email is ${shown(address)}`, "give an address, as in 'ops@shop.example'");
  }
  const webhooks = [props.webhook ?? []].flat();
  for (const { url } of webhooks) {
    if (typeof url !== 'string' || !/^https:\/\/[^\s/@]+(\/\S*)?$/.test(url))
      checks.fail(`webhook.url is ${shown(url)}`, 'give a URL that begins with https://, without credentials');
  }
  const secret = (property: string, value: unknown) => {
    if (!isSecret(value)) return checks.fail(`${property} is no reference`, 'give Secret.fromName(...), never the value itself');
    return value.spec;
  };
  const { slack, pagerDuty } = props;
  return {
    path,
    email,
    webhooks: webhooks.map(({ url, token }) => ({ url, token: token && secret('webhook.token', token) })),
    slack: slack && {
      ...slack,
      webhook: slack.webhook && secret('slack.webhook', slack.webhook),
    },
    pagerDuty: pagerDuty && { integrationKey: secret('pagerDuty.integrationKey', pagerDuty.integrationKey) },
  };
}

/** Channels for everything, or by severity. */
export type AlertRouting = readonly AlertChannel[] | { readonly [S in Severity]?: readonly AlertChannel[] };

export type Weekday = 'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat';

/** A time of the week in which alarms tell nobody; they are still seen in consoles. */
export interface SilenceWindow {
  /**
   * Days on which it begins.
   * @default - every day
   */
  readonly days?: readonly Weekday[];
  /** `22:00`. */
  readonly from: string;
  /** `06:00`; of the next day where it is not later than `from`. */
  readonly to: string;
  /**
   * IANA name.
   * @default 'UTC'
   */
  readonly timeZone?: string;
}

/** What may differ from the table of alarms (docs/alarms.md). */
export interface AlarmOptions {
  /**
   * In the alarm's unit: percent, a count, MiB, or a Duration where the table has a time.
   * @default - the table's
   */
  readonly threshold?: number | DurationLike;
  /**
   * Length of one period, in whole minutes.
   * @default - the table's
   */
  readonly window?: DurationLike;
  /**
   * How many periods in a row must meet the condition.
   * @default - the table's
   */
  readonly periods?: number;
  /**
   * Of alarms in percent: fewer bad events than this in a period are no alarm.
   * @default 2
   */
  readonly minBadEvents?: number;
  /** @default - the table's */
  readonly severity?: Severity;
  /**
   * Instead of those around it.
   * @default - those of the construct and its services
   */
  readonly channels?: readonly AlertChannel[];
}

/** How a construct of kind `A` is watched. What is not said here is as the service around it says, and then as the table does. */
export interface MonitoringOptions<A extends AlarmName = AlarmName> {
  /**
   * Alarms by name: `false` switches one off.
   * @default - all of the table (docs/alarms.md)
   */
  readonly alarms?: { readonly [N in A]?: AlarmOptions | false };
  /**
   * Who is told, instead of those of the service around it.
   * @default - nobody: alarms show in the target's console
   */
  readonly channels?: AlertRouting;
  /**
   * Times without notifications, beside those of the service around it.
   * @default - none
   */
  readonly silences?: readonly SilenceWindow[];
  /**
   * Base URL of your own runbooks; an alarm's anchor is added, as in `https://wiki.example/shop#function-errors`.
   * @default - the page `docs/alarms.md` of this package
   */
  readonly runbooks?: string;
}

export type FunctionAlarms = 'errors' | 'duration' | 'memory' | 'throttles' | 'deadLetters' | 'missedRun';
export type ApiAlarms = 'serverErrors' | 'latency';
export type QueueAlarms = 'messageAge' | 'deadLetters';

/** How a service and all below it are watched. */
export interface ServiceMonitoringOptions extends MonitoringOptions {
  /**
   * Whether there is a dashboard, or which existing one its rows shall go into (from the target's escape hatch). Nested services are
   * on the dashboard of the outermost one.
   * @default true
   */
  readonly dashboard?: boolean | Existing<'dashboard'>;
}

/** Service level objectives; each becomes multi-window burn-rate alerts. */
export interface SloOptions {
  /**
   * Percent of events that must not fail, below 100: `99.9`.
   * @default - none
   */
  readonly availability?: number;
  /**
   * Percent of requests (`percentile`, below 100) that must be answered within `threshold`.
   * @default - none
   */
  readonly latency?: { readonly percentile: number; readonly threshold: DurationLike };
  /**
   * Rolling window of the objectives, in whole days, from 1 to 90.
   * @default Duration.days(30)
   */
  readonly window?: DurationLike;
  /**
   * Fewer bad events than this in an alert's long window are no alert: with little traffic, one failure alone would burn the whole
   * budget.
   * @default 2
   */
  readonly minBadEvents?: number;
}
