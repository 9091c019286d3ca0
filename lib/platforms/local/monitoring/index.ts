import type { Construct } from 'constructs';
import type { AlarmSpec, ChannelSpec, InstrumentationSpec, Severity, SloSpec } from '../../../core/model.js';
import type { ChannelBackend, MonitoringPlatform, Notify, Subject } from '../../../core/monitoring/port.js';
import type { Backend, FunctionBackend } from '../../../core/platform.js';
import type { FunctionResources } from '../function.js';
import type { LocalModel } from '../model.js';

/** A channel is a name: what it leads to would be told in the cloud, and here nothing is sent. */
interface Channel extends ChannelBackend {
  readonly path: string;
}

/** Alarms that the engine judges while the service runs. The console is the dashboard, and needs nothing for it. */
export class LocalMonitoring implements MonitoringPlatform {
  private readonly alarms: { readonly spec: AlarmSpec; readonly notify: Notify }[] = [];
  private readonly objectives: {
    readonly spec: SloSpec;
    readonly subjects: () => readonly Subject[];
    readonly notify: Notify;
  }[] = [];

  /** Its part of the model, as it is now. */
  get model(): Pick<LocalModel, 'alarms' | 'objectives'> {
    return {
      alarms: this.alarms.map(({ spec, notify }) => ({ ...spec, tells: pathsOf(notify, spec.severity) })),
      objectives: this.objectives.map(({ spec, subjects, notify }) => ({
        ...spec,
        tells: { page: pathsOf(notify, 'page'), ticket: pathsOf(notify, 'ticket') },
        counts: subjects().map(({ path }) => path),
      })),
    };
  }

  instrument(fn: FunctionBackend, spec: () => InstrumentationSpec): void {
    (fn as FunctionResources).report(spec);
  }

  createChannel(scope: Construct, { path }: ChannelSpec): Channel {
    return { resource: scope, path };
  }

  createAlarm(scope: Construct, spec: AlarmSpec, _subject: Subject, notify: Notify): Backend {
    this.alarms.push({ spec, notify });
    return { resource: scope };
  }

  createSlo(scope: Construct, spec: SloSpec, subjects: () => readonly Subject[], notify: Notify): Backend {
    this.objectives.push({ spec, subjects, notify });
    return { resource: scope };
  }

  createDashboard(scope: Construct): Backend {
    return { resource: scope };
  }
}

function pathsOf(notify: Notify, severity: Severity): readonly string[] {
  return (notify(severity) as readonly Channel[]).map(({ path }) => path);
}
