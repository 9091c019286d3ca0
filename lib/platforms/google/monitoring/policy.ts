import { MonitoringAlertPolicy } from '@cdktf/provider-google/lib/monitoring-alert-policy/index.js';
import { Lazy } from 'cdktf';
import type { Construct } from 'constructs';
import type { Severity } from '../../../core/model.js';
import type { Notify } from '../../../core/monitoring/port.js';
import type { StackContext } from '../context.js';
import { plainText } from '../text.js';
import type { Condition } from './alarm.js';
import type { ChannelResources } from './channel.js';
import { AUTO_CLOSE_SECONDS, CHANNELS_PER_POLICY, EVALUATION_SECONDS, SUBJECT_LENGTH } from './limits.js';

/** https://cloud.google.com/monitoring/alerts#severity */
const SEVERITIES: Readonly<Record<Severity, string>> = { page: 'CRITICAL', ticket: 'WARNING' };

/** Conditions of policies that faasten made, when the configuration is written. */
const CONDITIONS = new WeakMap<MonitoringAlertPolicy, () => Condition>();

/** What a policy looks at; undefined for one of the user's own. */
export function conditionOf(policy: MonitoringAlertPolicy): Condition | undefined {
  return CONDITIONS.get(policy)?.();
}

export interface PolicyProps {
  readonly context: StackContext;
  /** As it stands in the console, and in the subject of notifications. */
  readonly title: string;
  /** For the label `alarm`: lower case letters, digits and `-`. */
  readonly alarm: string;
  readonly severity: Severity;
  /** When the configuration is written. */
  readonly condition: () => Condition;
  readonly notify: () => readonly Notify[];
  readonly why: string;
  /** The condition as people read it. */
  readonly words: string;
  readonly runbook: string;
}

/** An alert policy with one condition in PromQL: each series that it gives is an incident of its own. */
export function alertPolicy(scope: Construct, id: string, props: PolicyProps): MonitoringAlertPolicy {
  const { context, title, alarm, severity, condition, notify, why, words, runbook } = props;
  const channels = () => channelsOf(severity, notify());
  const policy = new MonitoringAlertPolicy(scope, id, {
    displayName: plainText(title),
    project: context.projectArgument,
    combiner: 'OR',
    severity: SEVERITIES[severity],
    conditions: [
      {
        displayName: plainText(words),
        conditionPrometheusQueryLanguage: {
          query: Lazy.stringValue({ produce: () => plainText(condition().query) }),
          duration: Lazy.stringValue({ produce: () => `${condition().durationSeconds}s` }),
          evaluationInterval: `${EVALUATION_SECONDS}s`,
          // Google knows a metric only once something wrote it, which is after the first deployment.
          disableMetricValidation: true,
        },
      },
    ],
    notificationChannels: Lazy.listValue({ produce: channels }, { omitEmpty: true }),
    alertStrategy: { autoClose: `${AUTO_CLOSE_SECONDS}s` },
    documentation: {
      mimeType: 'text/markdown',
      subject: plainText(`${severity}: ${title}`.slice(0, SUBJECT_LENGTH)),
      content: plainText(`${why}\n\n${words}\n\nRunbook: ${runbook}`),
      links: /^https?:/.test(runbook) ? [{ displayName: 'Runbook', url: plainText(runbook) }] : undefined,
    },
    userLabels: { alarm, severity },
  });
  CONDITIONS.set(policy, condition);
  const { max, source } = CHANNELS_PER_POLICY;
  policy.node.addValidation({
    validate: () =>
      channels().length <= max
        ? []
        : [
            `alert policy '${title}': ${channels().length} channels are to be told, and Cloud Monitoring takes ${max} (${source}); ` +
              'let one of them, such as the address of a group, pass it on',
          ],
  });
  return policy;
}

function channelsOf(severity: Severity, notify: readonly Notify[]): string[] {
  const backends = notify.flatMap((each) => each(severity)) as ChannelResources[];
  return [...new Set(backends.flatMap(({ names }) => names))];
}
