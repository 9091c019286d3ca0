import type { Construct } from 'constructs';
import type { AlarmSpec, ChannelSpec, InstrumentationSpec, SloSpec } from '../../../core/model.js';
import type { DashboardView, MonitoringPlatform, Notify, Subject } from '../../../core/monitoring/port.js';
import type { Backend, FunctionBackend } from '../../../core/platform.js';
import type { StackContext } from '../context.js';
import type { GoogleFunctionBackend } from '../function.js';
import { neverAwaited } from './alarm.js';
import { ChannelResources, type ExistingChannel } from './channel.js';
import { DashboardResources } from './dashboard.js';
import { SloResources } from './slo.js';

/** Cloud Monitoring: policies and charts over Google's own metrics, and over logs where these say too little. */
export class GoogleMonitoring implements MonitoringPlatform {
  constructor(private readonly contextOf: (scope: Construct) => StackContext) {}

  instrument(fn: FunctionBackend, spec: () => InstrumentationSpec): void {
    (fn as GoogleFunctionBackend).report(spec);
  }

  createChannel(scope: Construct, spec: ChannelSpec, existing?: object): ChannelResources {
    return new ChannelResources(scope, this.contextOf(scope), spec, existing as ExistingChannel | undefined);
  }

  lacks(spec: AlarmSpec): string | undefined {
    return neverAwaited(spec);
  }

  createAlarm(scope: Construct, spec: AlarmSpec, subject: Subject, notify: Notify): Backend {
    return { resource: this.contextOf(scope).monitoring.addAlarm({ spec, subject, notify }) };
  }

  createSlo(scope: Construct, spec: SloSpec, subjects: () => readonly Subject[], notify: Notify): Backend {
    return new SloResources(scope, this.contextOf(scope), spec, subjects, notify);
  }

  createDashboard(scope: Construct, view: () => DashboardView): Backend {
    return new DashboardResources(scope, this.contextOf(scope), view);
  }
}
