import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack, Stage, Token } from 'aws-cdk-lib/core';
import type { Construct, IConstruct } from 'constructs';
import type { CodeReference } from '../../core/code.js';
import type {
  ApiSpec,
  BucketSpec,
  FunctionSpec,
  QueueSpec,
  SubscriptionSpec,
  TopicSpec,
  WebSocketApiSpec,
} from '../../core/model.js';
import type { Platform, Tuning } from '../../core/platform.js';
import { createApi } from './api-kind.js';
import { BucketResources } from './bucket.js';
import { capabilities } from './capabilities.js';
import { createEventBus } from './event-bus.js';
import { LambdaBackend } from './function.js';
import { monitoring } from './monitoring/index.js';
import { placeFunction } from './nested-stacks.js';
import { QueueResources, type SqsBackend } from './queue.js';
import { watchStackLimits } from './stack-limits.js';
import { subscribeQueue } from './subscription.js';
import { type SnsBackend, TopicResources } from './topic.js';
import { WebSocketApiResources } from './websocket.js';

/** AWS, in stacks of aws-cdk-lib. */
const AWS: Platform = {
  name: 'aws',
  framework: 'aws-cdk-lib',
  capabilities,
  template: (unit) => templateOf(unit as Stack),
  placeFunction,
  separates,
  createFunction: (scope: Construct, spec: FunctionSpec, code: CodeReference, tuning: Tuning) =>
    new LambdaBackend(scope, spec, code, tuning),
  createApi: (scope: Construct, spec: ApiSpec, tuning: Tuning) => createApi(scope, spec, tuning),
  createWebSocketApi: (scope: Construct, spec: WebSocketApiSpec, tuning: Tuning) =>
    new WebSocketApiResources(scope, spec, tuning),
  createQueue: (scope: Construct, spec: QueueSpec, tuning: Tuning) => new QueueResources(scope, spec, tuning),
  createTopic: (scope: Construct, spec: TopicSpec, tuning: Tuning) => new TopicResources(scope, spec, tuning),
  createBucket: (scope: Construct, spec: BucketSpec, tuning: Tuning) => new BucketResources(scope, spec, tuning),
  createEventBus,
  subscribe: (scope: Construct, spec: SubscriptionSpec, queue: SqsBackend, topic: SnsBackend, tuning: Tuning) =>
    subscribeQueue(scope, spec, queue, topic, tuning),
  monitoring,
};

/** A stack needs no settings of its own: its region and account are the CDK's business. */
export function platformFor(unit: IConstruct): Platform {
  watchStackLimits(unit as Stack);
  return AWS;
}

/** Lambda polls, and is invoked, in its own region; other accounts would have to allow it, each resource in its own way. */
function separates(one: IConstruct, other: IConstruct): string | undefined {
  const [here, there] = [Stack.of(one), Stack.of(other)];
  for (const property of ['region', 'account'] as const) {
    // What is known only when it is deployed may be the same.
    if (here[property] === there[property] || [here, there].some((stack) => Token.isUnresolved(stack[property]))) continue;
    return (
      `they are in the ${property}s ${here[property]} and ${there[property]}; put both into one, or reach the other with ` +
      'the AWS SDK, allowed through AwsFunction.of(fn).role'
    );
  }
  return undefined;
}

/** The template that the CDK writes, of a nested stack too. */
function templateOf(stack: Stack): object {
  (stack.node.root as Stage).synth();
  return JSON.parse(readFileSync(join(Stage.of(stack)!.outdir, stack.templateFile), 'utf8'));
}
