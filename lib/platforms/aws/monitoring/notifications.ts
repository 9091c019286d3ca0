import type { AlarmBase, CfnAlarm, CfnCompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Lazy } from 'aws-cdk-lib/core';
import { invalid } from '../../../core/errors.js';
import type { Severity } from '../../../core/model.js';
import type { Notify } from '../../../core/monitoring/port.js';
import { LIMITS } from '../limits.js';
import type { ChannelResources } from './channel.js';

/** Tells the channels that are there when the stack is synthesized, beside actions that the user adds to the alarm. */
export function notify(alarm: AlarmBase, path: string, severity: Severity, channels: Notify): void {
  const cfn = alarm.node.defaultChild as CfnAlarm | CfnCompositeAlarm;
  const topics = (of: 'alarmTopics' | 'okTopics') =>
    (channels(severity) as readonly ChannelResources[]).flatMap((channel) => channel[of].map(({ topicArn }) => topicArn));
  const late = (own: string[] | undefined, of: 'alarmTopics' | 'okTopics') =>
    Lazy.uncachedList(
      {
        produce: ({ resolve }) => {
          const all = [...((own && (resolve(own) as string[] | undefined)) ?? []), ...topics(of)];
          const { value, source } = LIMITS.alarmActions;
          if (all.length > value)
            throw invalid(
              'alarm',
              path,
              `it has ${all.length} actions, and CloudWatch takes ${value} (${source})`,
              'tell fewer channels',
            );
          return all;
        },
      },
      { omitEmpty: true },
    );
  cfn.alarmActions = late(cfn.alarmActions as string[] | undefined, 'alarmTopics');
  cfn.okActions = late(cfn.okActions as string[] | undefined, 'okTopics');
}
