import { createHash } from 'node:crypto';
import { ApiObject, Lazy } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import { invalid, shown } from '../../../core/errors.js';
import type { ChannelSecret, ChannelSpec, SilenceSpec } from '../../../core/model.js';
import type { ChannelBackend } from '../../../core/monitoring/port.js';
import { metadataOf, nameOf } from '../metadata.js';
import type { MonitoringSettings } from '../options.js';

/** Labels by which Alertmanager leads alerts to channels and past them. */
export const CHANNELS_LABEL = 'faasten_channels';
export const SILENCES_LABEL = 'faasten_silences';

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** A channel that exists: labels which routes of the cluster's Alertmanager look for. */
export interface ExistingChannel {
  readonly labels: Readonly<Record<string, string>>;
}

/** Silences in an app by their name in `faasten_silences`. */
const SILENCES = new WeakMap<IConstruct, Map<string, readonly SilenceSpec[]>>();

function silencesIn(scope: IConstruct): Map<string, readonly SilenceSpec[]> {
  const { root } = scope.node;
  const known = SILENCES.get(root) ?? new Map<string, readonly SilenceSpec[]>();
  SILENCES.set(root, known);
  return known;
}

/** Makes silences known to all channels of an app: which one an alarm leads to is said later. @returns the label's value */
export function silenceId(scope: IConstruct, silences: readonly SilenceSpec[]): string | undefined {
  if (silences.length === 0) return undefined;
  const id = `s${createHash('sha256').update(JSON.stringify(silences)).digest('hex').slice(0, 8)}`;
  silencesIn(scope).set(id, silences);
  return id;
}

/** Where alerts go: an AlertmanagerConfig with a receiver, or labels for routes that exist. */
export class ChannelResources implements ChannelBackend {
  readonly resource: ApiObject | Construct;
  /** Labels that an alert needs beside the channel's name. */
  readonly labels: Readonly<Record<string, string>>;
  /** As it stands in `faasten_channels`. Undefined for a channel that exists. */
  readonly name: string | undefined;

  constructor(scope: Construct, spec: ChannelSpec, settings: MonitoringSettings, existing?: ExistingChannel) {
    this.labels = existing?.labels ?? {};
    if (existing) {
      this.resource = scope;
      return;
    }
    const name = nameOf(scope);
    const silences = silencesIn(scope);
    this.name = name;
    this.resource = new ApiObject(scope, 'Resource', {
      apiVersion: 'monitoring.coreos.com/v1alpha1',
      kind: 'AlertmanagerConfig',
      metadata: { name, ...metadataOf({ what: 'alert channel', path: spec.path, labels: settings.labels }) },
      spec: {
        route: {
          receiver: name,
          groupBy: ['alertname', 'function', 'api', 'queue', 'schedule', 'slo'],
          matchers: [{ name: CHANNELS_LABEL, matchType: '=~', value: `.*,${name},.*` }],
          continue: true,
          routes: Lazy.any({ produce: () => [...silences.keys()].map((id) => silencedRoute(name, id)) }),
        },
        receivers: [{ name, ...receiverOf(spec) }],
        muteTimeIntervals: Lazy.any({
          produce: () => [...silences].map(([id, each]) => ({ name: id, timeIntervals: each.flatMap(intervalsOf) })),
        }),
      },
    });
  }
}

/** https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1alpha1.Receiver */
function receiverOf({ path, email, webhooks, slack, pagerDuty }: ChannelSpec): object {
  if (slack && (!slack.webhook || !slack.channel)) {
    throw invalid(
      'alert channel',
      path,
      `slack lacks its ${slack.webhook ? 'channel' : 'webhook'}`,
      "give both: slack: { channel: '#alerts', webhook: Secret.fromName('slack', { field: 'url' }) }",
    );
  }
  return {
    // Server and sender are global settings of the cluster's Alertmanager.
    ...(email.length > 0 && { emailConfigs: [{ to: email.join(', '), sendResolved: true }] }),
    ...(webhooks.length > 0 && {
      webhookConfigs: webhooks.map(({ url, token }) => ({
        url,
        sendResolved: true,
        ...(token && { httpConfig: { authorization: { type: 'Bearer', credentials: keyOf(path, token) } } }),
      })),
    }),
    ...(slack && { slackConfigs: [{ channel: slack.channel, apiURL: keyOf(path, slack.webhook!), sendResolved: true }] }),
    ...(pagerDuty && { pagerdutyConfigs: [{ routingKey: keyOf(path, pagerDuty.integrationKey), sendResolved: true }] }),
  };
}

function silencedRoute(receiver: string, id: string): object {
  return { receiver, matchers: [{ name: SILENCES_LABEL, matchType: '=', value: id }], muteTimeIntervals: [id] };
}

/** A key of a Secret in the namespace. */
function keyOf(path: string, { name, field, version }: ChannelSecret): object {
  if (version !== undefined) {
    throw invalid(
      'alert channel',
      path,
      `the secret ${shown(name)} has the version ${shown(version)}`,
      'leave it out: a Secret of Kubernetes has one value',
    );
  }
  return { name, key: field ?? 'value' };
}

/** Alertmanager's intervals end at midnight: one that goes on is two. */
function intervalsOf({ days, fromMinute, toMinute }: SilenceSpec): object[] {
  const interval = (of: readonly number[], from: number, to: number) => ({
    times: [{ startTime: clock(from), endTime: clock(to) }],
    weekdays: of.map((day) => DAYS[day]!),
  });
  if (toMinute > fromMinute) return [interval(days, fromMinute, toMinute)];
  const next = days.map((day) => (day + 1) % 7).sort();
  return [interval(days, fromMinute, 1440), ...(toMinute > 0 ? [interval(next, 0, toMinute)] : [])];
}

function clock(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
