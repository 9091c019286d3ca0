import type { AlarmBase } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnResource, Lazy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { SilenceSpec } from '../../../core/model.js';
import { LIMITS } from '../limits.js';

/** Child of a stack that holds the rules of all its alarms. */
const CHILD = 'FaastenSilences';

const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;

/** Alarms that a rule mutes. */
const muted = new WeakMap<CfnResource, AlarmBase[]>();

/** Has an alarm tell nobody in some times of the week; it goes on to change its state. */
export function silence(alarm: AlarmBase, silences: readonly SilenceSpec[]): void {
  for (const spec of silences) {
    const alarms = muted.get(ruleWithRoom(Stack.of(alarm), spec))!;
    if (!alarms.includes(alarm)) alarms.push(alarm);
  }
}

/** Alarms of a stack share the rules of equal times, as many as a rule may have. */
function ruleWithRoom(stack: Stack, spec: SilenceSpec): CfnResource {
  const all = (stack.node.tryFindChild(CHILD) as Construct | undefined) ?? new Construct(stack, CHILD);
  const id = idOf(spec);
  for (let number = 1; ; number++) {
    const rule = all.node.tryFindChild(`${id} ${number}`) as CfnResource | undefined;
    if (!rule) return newRule(all, `${id} ${number}`, spec);
    if (muted.get(rule)!.length < LIMITS.muteRuleAlarms.value) return rule;
  }
}

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Schedule.html. By its type's name, as older releases of the
 * CDK have no class for it.
 */
function newRule(scope: Construct, id: string, { days, fromMinute, toMinute, timeZone }: SilenceSpec): CfnResource {
  const alarms: AlarmBase[] = [];
  const minutes = toMinute > fromMinute ? toMinute - fromMinute : toMinute - fromMinute + 1440;
  const on = days.length === 7 ? '*' : days.map((day) => DAYS[day]).join(',');
  const rule = new CfnResource(scope, id, {
    type: 'AWS::CloudWatch::AlarmMuteRule',
    properties: {
      Rule: {
        Schedule: {
          Expression: `cron(${fromMinute % 60} ${Math.floor(fromMinute / 60)} * * ${on})`,
          Duration: `PT${minutes}M`,
          Timezone: timeZone,
        },
      },
      MuteTargets: { AlarmNames: Lazy.list({ produce: () => alarms.map(({ alarmName }) => alarmName) }) },
    },
  });
  muted.set(rule, alarms);
  return rule;
}

/** `SAT SUN 0 1439 Europe Berlin`: the same times have the same id, whatever is declared around them. */
function idOf({ days, fromMinute, toMinute, timeZone }: SilenceSpec): string {
  return [...days.map((day) => DAYS[day]), fromMinute, toMinute, timeZone.replaceAll('/', ' ')].join(' ');
}
