import { PubsubSubscription } from '@cdktf/provider-google/lib/pubsub-subscription/index.js';
import { PubsubSubscriptionIamMember } from '@cdktf/provider-google/lib/pubsub-subscription-iam-member/index.js';
import { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic/index.js';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member/index.js';
import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import type { StackContext } from './context.js';
import type { GoogleFunctionBackend } from './function.js';
import { BACKOFF_SECONDS, DELIVERY_ATTEMPTS, NAME_LENGTH, RETENTION_SECONDS, within } from './limits.js';
import { googleName } from './names.js';

type Labels = Record<string, string> | undefined;

export interface DeadLettersProps {
  /** What the dead letters are of. */
  readonly path: string;
  /** How long they are kept. Without it, nothing keeps them: events that failed for the last time are dropped. */
  readonly retentionSeconds?: number;
  readonly labels: Labels;
}

/** A topic that Pub/Sub moves events to after their last attempt, and a subscription which keeps them until somebody looks. */
export class DeadLetters extends Construct {
  readonly topic: PubsubTopic;
  readonly subscription?: PubsubSubscription;
  /** Of the topic and of the subscription; plain text. */
  readonly name: string;

  constructor(scope: Construct, id: string, context: StackContext, { path, retentionSeconds, labels }: DeadLettersProps) {
    super(scope, id);
    const project = context.projectArgument;
    const name = googleName(`${path}/DeadLetters`, NAME_LENGTH.topic);
    this.name = name;
    this.topic = new PubsubTopic(this, 'Topic', { name, project, labels });
    new PubsubTopicIamMember(this, 'Forward', {
      topic: this.topic.name,
      project,
      role: 'roles/pubsub.publisher',
      member: context.pubsubAgent,
    });
    if (retentionSeconds === undefined) return;
    this.subscription = new PubsubSubscription(this, 'Subscription', {
      name,
      topic: this.topic.id,
      project,
      labels,
      messageRetentionDuration: `${within('dead letters of', path, 'retention', retentionSeconds, ' s', RETENTION_SECONDS)}s`,
      // Never: the default deletes a subscription that nobody reads for 31 days.
      expirationPolicy: { ttl: '' },
    });
  }
}

export interface DeliveryProps {
  /** Construct path that messages name and names are made of. */
  readonly path: string;
  readonly topic: PubsubTopic;
  readonly deadLetters: DeadLetters;
  readonly maxAttempts: number;
  /** How long an event waits to be delivered. */
  readonly retentionSeconds: number;
  readonly filter?: string;
  /** Messages of one ordering key are delivered one after the other. */
  readonly ordered?: boolean;
  readonly labels: Labels;
}

/** A subscription of a topic. It keeps messages until {@link pushTo} says which function they go to. */
export class Delivery {
  readonly subscription: PubsubSubscription;
  /** Plain text. */
  readonly subscriptionName: string;
  private readonly attempts: number;

  constructor(
    scope: Construct,
    id: string,
    private readonly context: StackContext,
    private readonly props: DeliveryProps,
  ) {
    const { path, topic, deadLetters, retentionSeconds, filter, ordered, labels } = props;
    const project = context.projectArgument;
    this.attempts = within('deliveries of', path, 'maxAttempts', props.maxAttempts, '', { ...DELIVERY_ATTEMPTS, min: 1 });
    this.subscriptionName = googleName(path, NAME_LENGTH.topic);
    this.subscription = new PubsubSubscription(scope, id, {
      name: this.subscriptionName,
      topic: topic.id,
      project,
      labels,
      filter,
      enableMessageOrdering: ordered || undefined,
      messageRetentionDuration: `${within('deliveries of', path, 'retention', retentionSeconds, ' s', RETENTION_SECONDS)}s`,
      expirationPolicy: { ttl: '' },
      retryPolicy: { minimumBackoff: `${BACKOFF_SECONDS.first}s`, maximumBackoff: `${BACKOFF_SECONDS.longest}s` },
      deadLetterPolicy: {
        deadLetterTopic: deadLetters.topic.id,
        maxDeliveryAttempts: Math.max(this.attempts, DELIVERY_ATTEMPTS.min),
      },
    });
    new PubsubSubscriptionIamMember(scope, `${id}Forward`, {
      subscription: this.subscription.name,
      project,
      role: 'roles/pubsub.subscriber',
      member: context.pubsubAgent,
    });
  }

  /** `path` is given the most deliveries that may reach the handler, where Pub/Sub makes more of them. */
  pushTo(fn: GoogleFunctionBackend, path: (settings: { attempts?: number }) => string): void {
    const { account, ready } = this.context.deliveries;
    const attempts = this.attempts < DELIVERY_ATTEMPTS.min ? this.attempts : undefined;
    const stack = TerraformStack.of(this.subscription);
    // A function of another stack refers to this one; the way back would close a cycle of stacks.
    const uri = TerraformStack.of(fn.function) === stack ? fn.uri : fn.urlFrom(this.context);
    this.subscription.ackDeadlineSeconds = fn.ackDeadlineSeconds(this.props.path);
    this.subscription.putPushConfig({
      pushEndpoint: `${uri}${path({ attempts })}`,
      oidcToken: { serviceAccountEmail: account.email, audience: uri },
    });
    // The first events must not find the door locked.
    this.subscription.dependsOn = [ready, fn.allowDeliveries(account)]
      .filter((grant) => TerraformStack.of(grant) === stack)
      .map((grant) => `${grant.terraformResourceType}.${grant.friendlyUniqueId}`);
  }
}
