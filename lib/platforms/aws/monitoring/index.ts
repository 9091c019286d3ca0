import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { MonitoringPlatform } from '../../../core/monitoring/port.js';
import type { LambdaBackend } from '../function.js';
import { createAlarm, lacks } from './alarms.js';
import { ChannelResources } from './channel.js';
import { createDashboard } from './dashboard.js';
import { instrument } from './instrument.js';
import { createSlo } from './slo.js';

/** CloudWatch: alarms, a dashboard, and metrics of what functions report. */
export const monitoring: MonitoringPlatform = {
  instrument: (fn, spec) => instrument(fn as LambdaBackend, spec),
  lacks,
  createChannel: (scope, spec, existing) => new ChannelResources(scope, spec, existing as ITopic | undefined),
  createAlarm,
  createSlo,
  createDashboard: (scope, view, existing) => createDashboard(scope, view, existing as Dashboard | undefined),
};
