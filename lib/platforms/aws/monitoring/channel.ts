import { CfnSlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSubscription, type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Aws, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { invalid } from '../../../core/errors.js';
import type { ChannelSpec, SlackSpec } from '../../../core/model.js';
import type { ChannelBackend } from '../../../core/monitoring/port.js';
import { physicalName } from '../../../core/names.js';
import { Notifier } from './notifier.js';

const ALARMS = 'cloudwatch.amazonaws.com';

/** Nobody is told of an alarm that is only just made, and well: it says «OK» once in its life without having been on. */
export const CHANGES = { $or: [{ NewStateValue: ['ALARM'] }, { OldStateValue: ['ALARM'] }] };

/** An SNS topic for email, webhooks and PagerDuty, which are told when an alarm ends, too; and one for Slack. */
export class ChannelResources implements ChannelBackend {
  readonly resource: Construct;
  readonly alarmTopics: readonly ITopic[];
  readonly okTopics: readonly ITopic[];
  /** What posts to webhooks and PagerDuty. */
  readonly notifier: Notifier | undefined;

  constructor(scope: Construct, spec: ChannelSpec, existing: ITopic | undefined) {
    if (existing) {
      this.resource = existing as unknown as Construct;
      this.alarmTopics = [existing];
      this.okTopics = [];
      return;
    }
    const { email, webhooks, pagerDuty, slack } = spec;
    const posts = webhooks.length > 0 || pagerDuty !== undefined;
    const topic = email.length > 0 || posts ? topicOf(scope, 'Resource') : undefined;
    for (const address of email) {
      new CfnSubscription(scope, `Email ${address}`, {
        topicArn: topic!.topicArn,
        protocol: 'email',
        endpoint: address,
        filterPolicy: CHANGES,
        filterPolicyScope: 'MessageBody',
      });
    }
    if (posts) this.notifier = new Notifier(scope, topic!, spec);
    const slackTopic = slack && topicOf(scope, 'Slack');
    if (slack) slackConfiguration(scope, spec.path, slack, slackTopic!);
    this.okTopics = topic ? [topic] : [];
    this.alarmTopics = [...this.okTopics, ...(slackTopic ? [slackTopic] : [])];
    this.resource = (topic ?? slackTopic) as Topic;
  }
}

/**
 * A topic to which alarms of this account and region may publish. No KMS key, for the reasons of lib/platforms/aws/topic.ts: what is
 * said there is in every console anyway.
 */
function topicOf(scope: Construct, id: string): Topic {
  const topic = new Topic(scope, id, { enforceSSL: true });
  topic.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal(ALARMS)],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: {
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        ArnLike: { 'aws:SourceArn': Stack.of(scope).formatArn({ service: 'cloudwatch', resource: 'alarm:*' }) },
      },
    }),
  );
  return topic;
}

/**
 * Amazon Q Developer in chat applications, which was AWS Chatbot. Its role may do nothing: people in the channel read alarms, and no more.
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/slack-setup.html
 */
function slackConfiguration(scope: Construct, path: string, { workspaceId, channelId }: SlackSpec, topic: ITopic): void {
  const ids = {
    workspaceId: [workspaceId, /^T[A-Z0-9]+$/, 'T0123456789'],
    channelId: [channelId, /^[CG][A-Z0-9]+$/, 'C0123456789'],
  };
  for (const [property, [value, form, example]] of Object.entries(ids) as [string, [string | undefined, RegExp, string]][]) {
    if (value === undefined || !form.test(value)) {
      const wrong = value === undefined ? `slack has no ${property}` : `slack.${property} is '${value}'`;
      throw invalid(
        'alert channel',
        path,
        `${wrong}, by which AWS knows it`,
        `give it as Slack shows it, as in '${example}', with a workspace that is authorized in the console of Amazon Q Developer in chat applications`,
      );
    }
  }
  const role = new Role(scope, 'SlackRole', { assumedBy: new ServicePrincipal('chatbot.amazonaws.com') });
  new CfnSlackChannelConfiguration(scope, 'SlackChannel', {
    configurationName: physicalName(path, 128),
    slackWorkspaceId: workspaceId!,
    slackChannelId: channelId!,
    snsTopicArns: [topic.topicArn],
    iamRoleArn: role.roleArn,
    guardrailPolicies: [`arn:${Aws.PARTITION}:iam::aws:policy/AWSDenyAll`],
    loggingLevel: 'ERROR',
  });
}
