import { Alarm, ComparisonOperator, type IAlarm, MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnApplication, CfnDeploymentConfig, CfnDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Alias, CfnAlias, IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Duration, Lazy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { invalid, shown } from '../../core/errors.js';
import type { RolloutSpec } from '../../core/model.js';
import { allow } from './permissions.js';
import type { AwsRolloutTuning } from './tuning.js';

/** One for all functions of a stack: an application of CodeDeploy is only a name for its groups. */
const APPLICATION = 'FaastenRollouts';

/**
 * Configurations that every account has, by what they do.
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html#deployment-configuration-lambda, read on 2026-11-26
 */
const PREDEFINED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [5, 10, 15, 30].map((minutes) => [`canary 10 ${minutes}`, `CodeDeployDefault.LambdaCanary10Percent${minutes}Minutes`]),
  ),
  ...Object.fromEntries(
    [1, 2, 3, 10].map((minutes) => [
      `linear 10 ${minutes}`,
      `CodeDeployDefault.LambdaLinear10PercentEvery${minutes}Minute${minutes === 1 ? '' : 's'}`,
    ]),
  ),
};

/** A deployment group of CodeDeploy, which moves the alias to a new version step by step, and back when an alarm goes off. */
export class Rollout {
  readonly deploymentGroup: CfnDeploymentGroup;
  /** Errors of the new version alone: the alias counts those of the old one, too. */
  readonly errors: Alarm;
  private readonly watched: IAlarm[];

  constructor(parent: Construct, fn: LambdaFunction, alias: Alias, spec: RolloutSpec, tuning: AwsRolloutTuning) {
    const scope = new Construct(parent, 'Rollout');
    const stack = Stack.of(parent);
    const application =
      (stack.node.tryFindChild(APPLICATION) as CfnApplication | undefined) ??
      new CfnApplication(stack, APPLICATION, { computePlatform: 'Lambda' });
    this.errors = errorsOf(scope, fn, alias, checkedRate(parent, tuning));
    this.watched = [this.errors, ...(tuning.alarms ?? [])];
    const policy = new PolicyDocument();
    // What `AWSCodeDeployRoleForLambdaLimited` allows for every function, for this one.
    allow(
      policy,
      ['lambda:GetAlias', 'lambda:UpdateAlias', 'lambda:GetProvisionedConcurrencyConfig'],
      fn.functionArn,
      `${fn.functionArn}:${alias.aliasName}`,
    );
    // CodeDeploy documents no narrower one: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCodeDeployRoleForLambdaLimited.html
    allow(policy, ['cloudwatch:DescribeAlarms'], '*');
    const role = new Role(scope, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
      inlinePolicies: { Rollout: policy },
    });
    this.deploymentGroup = new CfnDeploymentGroup(scope, 'Resource', {
      applicationName: application.ref,
      serviceRoleArn: role.roleArn,
      deploymentConfigName: configuration(scope, spec),
      deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
      alarmConfiguration: {
        enabled: true,
        alarms: Lazy.any({ produce: () => this.watched.map(({ alarmName: name }) => ({ name })) }),
      },
      autoRollbackConfiguration: {
        enabled: true,
        events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
      },
    });
    (alias.node.defaultChild as CfnAlias).cfnOptions.updatePolicy = {
      codeDeployLambdaAliasUpdate: {
        applicationName: application.ref,
        deploymentGroupName: this.deploymentGroup.ref,
        beforeAllowTrafficHook: tuning.beforeTraffic && this.hook(tuning.beforeTraffic, alias, application, role),
        afterAllowTrafficHook: tuning.afterTraffic && this.hook(tuning.afterTraffic, alias, application, role),
      },
    };
  }

  /** Alarms that stop a deployment and roll it back. */
  get alarms(): readonly IAlarm[] {
    return [...this.watched];
  }

  /** Rolls back on one more alarm. */
  addAlarm(alarm: IAlarm): void {
    this.watched.push(alarm);
  }

  /** Lets CodeDeploy call a function of the user's, which then says whether the deployment goes on. */
  private hook(fn: IFunction, alias: Alias, application: CfnApplication, role: Role): string {
    // A policy beside the role: the function needs the group, and the group the role.
    const invoke = new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [fn.functionArn] });
    alias.node.addDependency(role.addToPrincipalPolicy(invoke).policyDependable!);
    const group = Stack.of(this.deploymentGroup).formatArn({
      service: 'codedeploy',
      resource: `deploymentgroup:${application.ref}/${this.deploymentGroup.ref}`,
    });
    fn.addToRolePolicy(new PolicyStatement({ actions: ['codedeploy:PutLifecycleEventHookExecutionStatus'], resources: [group] }));
    return fn.functionName;
  }
}

interface ErrorRate {
  readonly errorPercent: number;
  readonly minErrors: number;
}

function checkedRate({ node }: Construct, { errorPercent = 1, minErrors = 2 }: AwsRolloutTuning): ErrorRate {
  if (!(errorPercent > 0 && errorPercent <= 100))
    throw invalid('function', node.path, `rollout.errorPercent is ${shown(errorPercent)}`, 'give more than 0 and at most 100');
  if (!Number.isInteger(minErrors) || minErrors < 1)
    throw invalid('function', node.path, `rollout.minErrors is ${shown(minErrors)}`, 'give a whole number from 1 on');
  return { errorPercent, minErrors };
}

function errorsOf(scope: Construct, fn: LambdaFunction, alias: Alias, { errorPercent, minErrors }: ErrorRate): Alarm {
  const metric = (metricName: string) =>
    new Metric({
      namespace: 'AWS/Lambda',
      metricName,
      statistic: 'Sum',
      period: Duration.minutes(1),
      // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html: the third one tells the versions of an alias apart.
      dimensionsMap: {
        FunctionName: fn.functionName,
        Resource: `${fn.functionName}:${alias.aliasName}`,
        ExecutedVersion: fn.currentVersion.version,
      },
    });
  return new Alarm(scope, 'Errors', {
    alarmDescription: `The new version fails: at least ${errorPercent} % of its invocations in one minute, and ${minErrors} of them`,
    metric: new MathExpression({
      expression: `IF(errors >= ${minErrors}, 100 * errors / invocations, 0)`,
      usingMetrics: { errors: metric('Errors'), invocations: metric('Invocations') },
      label: 'Errors of the new version (%)',
      period: Duration.minutes(1),
    }),
    threshold: errorPercent,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}

/** Name of the configuration: one that every account has, or one that is made. */
function configuration(scope: Construct, { kind, percent, seconds }: RolloutSpec): string {
  const minutes = seconds / 60;
  const predefined = PREDEFINED[`${kind} ${percent} ${minutes}`];
  if (predefined) return predefined;
  return new CfnDeploymentConfig(scope, 'Traffic', {
    computePlatform: 'Lambda',
    trafficRoutingConfig:
      kind === 'canary'
        ? { type: 'TimeBasedCanary', timeBasedCanary: { canaryPercentage: percent, canaryInterval: minutes } }
        : { type: 'TimeBasedLinear', timeBasedLinear: { linearPercentage: percent, linearInterval: minutes } },
  }).ref;
}
