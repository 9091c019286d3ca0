import { Alias, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Annotations } from 'aws-cdk-lib/core';
import { LAMBDA_RECOGNIZE_LAYER_VERSION, LAMBDA_RECOGNIZE_VERSION_PROPS } from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';
import { invalid } from '../../core/errors.js';
import type { FunctionSpec } from '../../core/model.js';
import type { AwsFunctionTuning, AwsWarmScaling } from './tuning.js';

/** Name of the alias that a function has whose versions are published. */
const ALIAS = 'live';

/** Share of the warm instances in use that scaling aims at. https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html */
const UTILIZATION = 0.7;

/** What everything that makes a function run leads to. */
export interface InvocationTarget {
  /** ARN of the function, or of the alias where it has one. */
  readonly arn: string;
  /** What Lambda's own resources call it by: the function's name, or the ARN of the alias. */
  readonly functionName: string;
  /** Leads to the version that was published last; without it, calls run the code that was deployed last. */
  readonly alias?: Alias;
}

/** Whether something needs versions, which an alias then leads to. */
export function needsAlias(spec: FunctionSpec, { alias, snapStart }: Partial<AwsFunctionTuning>): boolean {
  const reason =
    spec.warmInstances > 0 ? 'warmInstances' : spec.rollout ? 'rollout' : snapStart ? 'tune({ snapStart })' : undefined;
  if (alias === false && reason)
    throw invalid('function', spec.path, `alias is false, and ${reason} needs one`, 'leave alias out of AwsFunction.tune()');
  return alias ?? reason !== undefined;
}

/**
 * A new version for every change of what a version locks, and for nothing else: by CDK's older rule, which apps without its feature
 * flags have, a new tag would make a version that Lambda refuses, as its code and settings are those of the last one.
 * To be called before the function is made.
 */
export function publishVersions(scope: Construct): void {
  for (const flag of [LAMBDA_RECOGNIZE_VERSION_PROPS, LAMBDA_RECOGNIZE_LAYER_VERSION]) scope.node.setContext(flag, true);
}

/** What calls of a function lead to. */
export function targetOf(
  scope: Construct,
  fn: LambdaFunction,
  spec: FunctionSpec,
  tuned: Partial<AwsFunctionTuning>,
): InvocationTarget {
  if (!needsAlias(spec, tuned)) return { arn: fn.functionArn, functionName: fn.functionName };
  const alias = new Alias(scope, 'Alias', {
    aliasName: ALIAS,
    version: fn.currentVersion,
    provisionedConcurrentExecutions: spec.warmInstances === 0 ? undefined : spec.warmInstances,
  });
  if (tuned.snapStart) Annotations.of(fn).acknowledgeWarning('@aws-cdk/aws-lambda:snapStartRequirePublish');
  if (tuned.warmScaling) scale(alias, spec, tuned.warmScaling);
  return { arn: alias.functionArn, functionName: alias.functionArn, alias };
}

/** Application Auto Scaling of provisioned concurrency, by how much of it is in use and by the clock. */
function scale(alias: Alias, { path, warmInstances }: FunctionSpec, scaling: AwsWarmScaling): void {
  const { max, utilization, schedules = {} } = scaling;
  if (warmInstances < 1 || max < warmInstances) {
    throw invalid(
      'function',
      path,
      `warmScaling goes up to ${max}, from ${warmInstances} warmInstances`,
      'give warmInstances of 1 or more, the least that is kept warm, and a max that is not less',
    );
  }
  const target = alias.addAutoScaling({ minCapacity: warmInstances, maxCapacity: max });
  for (const [name, schedule] of Object.entries(schedules)) target.scaleOnSchedule(name, schedule);
  if (utilization !== undefined || Object.keys(schedules).length === 0)
    target.scaleOnUtilization({ utilizationTarget: utilization ?? UTILIZATION });
}
