import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnEventInvokeConfig, CfnPermission, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnSubscription, type ITopic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { ChannelSecret, ChannelSpec } from '../../../core/model.js';
import { DEFAULT_LOG_RETENTION_DAYS } from '../limits.js';
import { allow } from '../permissions.js';
import { CHANGES } from './channel.js';
import { inlineCode } from './inline-code.js';
import { NOTIFIER_SOURCE } from './notifier-source.js';

/**
 * A function that posts alarms to webhooks and to PagerDuty's Events API. SNS itself would want every webhook to confirm a subscription,
 * sends no tokens, and knows neither of PagerDuty's forms; and a key in the address of a subscription could be read in the console. Secrets are read
 * when a message comes.
 */
export class Notifier {
  readonly resource: LambdaFunction;
  readonly deadLetters: Queue;

  constructor(scope: Construct, topic: ITopic, { path, webhooks, pagerDuty }: ChannelSpec) {
    const logGroup = new LogGroup(scope, 'NotifierLogs', { retention: DEFAULT_LOG_RETENTION_DAYS });
    this.deadLetters = new Queue(scope, 'NotifierDeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const policy = new PolicyDocument();
    allow(policy, ['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
    allow(policy, ['sqs:SendMessage'], this.deadLetters.queueArn);
    const secrets = [...webhooks.flatMap(({ token }) => token ?? []), ...(pagerDuty ? [pagerDuty.integrationKey] : [])];
    for (const name of new Set(secrets.map((secret) => secret.name))) {
      // The cloud adds a hyphen and six characters to every name.
      const arn = Stack.of(scope).formatArn({ service: 'secretsmanager', resource: `secret:${name}-??????` });
      allow(policy, ['secretsmanager:GetSecretValue'], arn);
    }
    this.resource = new LambdaFunction(scope, 'Notifier', {
      description: `Posts alarms: ${path}`.slice(0, 256),
      ...inlineCode(NOTIFIER_SOURCE),
      timeout: Duration.seconds(30),
      memorySize: 128,
      role: new Role(scope, 'NotifierRole', {
        assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
        inlinePolicies: { Notifier: policy },
      }),
      logGroup,
      environment: {
        TARGETS: JSON.stringify({
          webhooks: webhooks.map(({ url, token }) => ({ url, token: token && addressOf(token) })),
          pagerDuty: pagerDuty && addressOf(pagerDuty.integrationKey),
        }),
      },
    });
    new CfnEventInvokeConfig(scope, 'NotifierInvocation', {
      functionName: this.resource.functionName,
      qualifier: '$LATEST',
      maximumRetryAttempts: 2,
      destinationConfig: { onFailure: { destination: this.deadLetters.queueArn } },
    });
    new CfnPermission(scope, 'NotifierPermission', {
      action: 'lambda:InvokeFunction',
      functionName: this.resource.functionArn,
      principal: 'sns.amazonaws.com',
      sourceArn: topic.topicArn,
    });
    new CfnSubscription(scope, 'NotifierSubscription', {
      topicArn: topic.topicArn,
      protocol: 'lambda',
      endpoint: this.resource.functionArn,
      filterPolicy: CHANGES,
      filterPolicyScope: 'MessageBody',
      redrivePolicy: { deadLetterTargetArn: this.deadLetters.queueArn },
    });
    this.deadLetters.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('sns.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.deadLetters.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': topic.topicArn } },
      }),
    );
  }
}

function addressOf({ name, field, version }: ChannelSecret): object {
  return { name, field, version };
}
