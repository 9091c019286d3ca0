import type { Construct } from 'constructs';
import type { AlarmSpec, ChannelSpec, InstrumentationSpec, Severity, SloSpec } from '../../../core/model.js';
import type { DashboardView, MonitoringPlatform, Notify, Subject } from '../../../core/monitoring/port.js';
import type { Backend, FunctionBackend } from '../../../core/platform.js';
import type { ApiResources } from '../api.js';
import type { FunctionResources } from '../function.js';
import type { MonitoringSettings } from '../options.js';
import { unlessSilent } from './alarm.js';
import { CHANNELS_LABEL, ChannelResources, type ExistingChannel, SILENCES_LABEL, silenceId } from './channel.js';
import { ChartMonitoring } from './chart.js';
import { DashboardResources } from './dashboard.js';
import { rulesOf } from './slo.js';

/** Prometheus, Alertmanager and Grafana, through the objects that the Prometheus operator and Grafana's sidecar look for. */
export class KubernetesMonitoring implements MonitoringPlatform {
  constructor(private readonly settings: MonitoringSettings) {}

  instrument(fn: FunctionBackend, spec: () => InstrumentationSpec): void {
    const target = fn as FunctionResources;
    target.reportToPrometheus(spec);
    ChartMonitoring.of(target.scope, this.settings).scrape(target.spec.path, target.service.name);
  }

  createChannel(scope: Construct, spec: ChannelSpec, existing?: object): ChannelResources {
    return new ChannelResources(scope, spec, this.settings, existing as ExistingChannel | undefined);
  }

  createAlarm(scope: Construct, spec: AlarmSpec, subject: Subject, notify: Notify): Backend {
    const silence = this.silence(scope, spec);
    if (spec.signal === 'function.duration') (subject.backend as FunctionResources).measure(spec.threshold);
    if (spec.signal === 'api.latency') (subject.backend as ApiResources).measure(spec.threshold);
    const chart = ChartMonitoring.of(scope, this.settings);
    chart.addAlarm({ spec, subject, labels: () => leadingTo(notify, spec.severity, silence) });
    return { resource: chart.rules };
  }

  createSlo(scope: Construct, spec: SloSpec, subjects: () => readonly Subject[], notify: Notify): Backend {
    const silence = this.silence(scope, spec);
    const chart = ChartMonitoring.of(scope, this.settings);
    const labels = (severity: Severity) => leadingTo(notify, severity, silence);
    chart.addObjective(spec.subject.path, () => rulesOf(spec, subjects(), chart.namespace, labels));
    return { resource: chart.rules };
  }

  createDashboard(scope: Construct, view: () => DashboardView): Backend {
    return new DashboardResources(scope, view, this.settings);
  }

  /** Of Alertmanager; the rules have the others. */
  private silence(scope: Construct, spec: AlarmSpec | SloSpec): string | undefined {
    // A zone that they cannot follow is refused here.
    unlessSilent(spec);
    return silenceId(
      scope,
      spec.silences.filter(({ timeZone }) => timeZone === 'UTC'),
    );
  }
}

/** Labels by which Alertmanager leads an alert to its channels, and keeps it from them at times. */
function leadingTo(notify: Notify, severity: Severity, silence: string | undefined): Readonly<Record<string, string>> {
  const channels = notify(severity) as readonly ChannelResources[];
  const names = channels.flatMap(({ name }) => name ?? []).sort();
  return {
    ...Object.assign({}, ...channels.map(({ labels }) => labels)),
    ...(names.length > 0 && { [CHANNELS_LABEL]: `,${names.join(',')},` }),
    ...(silence && { [SILENCES_LABEL]: silence }),
  };
}
