/** What alarms, channels and dashboards are on AWS, for lib/platforms/aws/index.ts. */
import type { Alarm, CompositeAlarm, Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IConstruct } from 'constructs';
import { attachmentOf, viewOf } from '../../../core/attachment.js';
import type { AlarmModel, SloModel } from '../../../core/describe.js';
import { elsewhere, invalid } from '../../../core/errors.js';
import type { AlarmName } from '../../../core/model.js';
import type { AlertChannel, Existing } from '../../../monitoring.js';
import type { Service } from '../../../service.js';
import type { AlarmResources } from './alarms.js';
import type { ChannelResources } from './channel.js';
import type { SloResources } from './slo.js';

/** What an `AlertChannel` is on AWS. */
export class AwsAlertChannel {
  /**
   * For `existing` of an `AlertChannel`: a topic that is there already. Its policy must let `cloudwatch.amazonaws.com` publish, and the
   * policy of its key, where it has one, use that key.
   */
  static from(topic: ITopic): Existing<'channel'> {
    return { platform: 'aws', construct: 'channel', resource: topic };
  }

  /** @throws when the channel is on another platform */
  static of(channel: AlertChannel): AwsAlertChannel {
    return (
      viewOf<ChannelResources, AwsAlertChannel>(channel, 'channel', 'aws', (backend) => new AwsAlertChannel(backend)) ??
      notHere('alert channel', channel, 'AwsAlertChannel')
    );
  }

  /** Topics that alarms publish to when they begin. */
  readonly topics: readonly ITopic[];
  /** What posts to webhooks and PagerDuty; undefined without them. */
  readonly notifier: LambdaFunction | undefined;

  private constructor({ alarmTopics, notifier }: ChannelResources) {
    this.topics = alarmTopics;
    this.notifier = notifier?.resource;
  }
}

/** What the dashboard of a service is on AWS. */
export const AwsDashboard = {
  /** For `dashboard` of a service's `monitoring`: its rows go below those of a dashboard that is there already. */
  from(dashboard: Dashboard): Existing<'dashboard'> {
    return { platform: 'aws', construct: 'dashboard', resource: dashboard };
  },

  /** Undefined where the service has none of its own: it is empty, nested in another one, or on another platform. */
  tryOf(service: Service): Dashboard | undefined {
    const at = service.node.tryFindChild('Monitoring')?.node.tryFindChild('Dashboard');
    return at && viewOf(at, 'dashboard', 'aws', ({ resource }) => resource as Dashboard);
  },
} as const;

/** What alarms are on AWS. */
export const AwsAlarm = {
  /**
   * An alarm of a function, an API (also of WebSockets) or a queue, for actions of your own: `AwsAlarm.of(fn, 'errors').addAlarmAction(…)`. `trigger` tells the
   * schedules of a function apart, for `missedRun`.
   * @throws where there is none
   */
  of(construct: IConstruct, name: AlarmName, trigger?: string): Alarm {
    const path = trigger === undefined ? construct.node.path : `${construct.node.path}/${trigger}`;
    for (const each of construct.node.findAll()) {
      const attachment = attachmentOf(each);
      if (attachment?.type !== 'alarm' || attachment.platform.name !== 'aws') continue;
      const model = attachment.describe() as AlarmModel;
      if (model.name === name && model.subject.path === path) return (attachment.backend as AlarmResources).resource;
    }
    throw invalid('alarm', path, `it has no alarm '${name}' on AWS`, 'see alarmTable() of faasten/testing');
  },

  /** The alerts of the objectives of a construct, in the order of their windows. */
  ofSlo(construct: IConstruct, name: SloModel['name']): readonly CompositeAlarm[] {
    return construct.node.findAll().flatMap((each) => {
      const attachment = attachmentOf(each);
      if (attachment?.type !== 'slo' || attachment.platform.name !== 'aws') return [];
      const model = attachment.describe() as SloModel;
      const isIt = model.name === name && model.subject.path === construct.node.path;
      return isIt ? (attachment.backend as SloResources).alarms : [];
    });
  },
} as const;

function notHere(what: string, construct: IConstruct, view: string): never {
  throw elsewhere('aws', what, construct.node.path, view);
}
