import { Construct } from 'constructs';
import { attach } from '../core/attachment.js';
import { FEATURES, type Feature, requireFeatures } from '../core/capabilities.js';
import { Checks, frozen } from '../core/checks.js';
import { unsupported } from '../core/errors.js';
import type { AlarmName, SubjectKind } from '../core/model.js';
import { type AlarmDefault, alarmDefault, alarmsOf } from '../core/monitoring/alarms.js';
import type { MonitoringPlatform, Subject } from '../core/monitoring/port.js';
import type { Platform } from '../core/platform.js';
import type { MonitoringOptions, SloOptions } from '../monitoring.js';
import type { Service } from '../service.js';
import { backendsOf, child, Levels, ownLevel, pathsOf } from './levels.js';
import { alarmOptions, alarmSpec, sloSpecs } from './specs.js';

/** What one construct says about how it is watched. */
export interface OwnMonitoring {
  readonly monitoring?: MonitoringOptions | false;
  readonly slo?: SloOptions;
}

const WHAT: Readonly<Record<SubjectKind, string>> = {
  api: 'HTTP API',
  function: 'function',
  queue: 'queue',
  schedule: 'schedule',
  websocket: 'WebSocket API',
};

/**
 * Watches one function, API, WebSocket API or queue: asks its platform for the alarms of the table, for objectives, and for the report of each
 * invocation, and enters it into the dashboard and objectives of its services. A default that the platform lacks is left out; what
 * was asked for by name is refused.
 */
export class Watch {
  /** Undefined where monitoring is switched off. */
  private readonly levels: Levels | undefined;
  private readonly port: MonitoringPlatform | undefined;
  private readonly checks: Checks;
  private readonly made = new Set<string>();
  /** Latency thresholds of objectives that this construct's events count for. */
  private readonly thresholds = new Set<number>();

  constructor(
    private readonly construct: Construct,
    private readonly platform: Platform,
    private readonly subject: Subject,
    /** Around the construct, the outermost first. */
    private readonly services: readonly Service[],
    { monitoring, slo }: OwnMonitoring,
  ) {
    this.checks = new Checks(WHAT[subject.kind], subject.path, platform);
    const all = [
      ...services.map((service) => ({ said: service._props.monitoring, level: service._watched })),
      { said: monitoring, level: ownLevel(monitoring || {}) },
    ];
    // The innermost that says anything decides whether there is monitoring at all.
    if (all.filter(({ said }) => said !== undefined).at(-1)?.said === false) {
      if (slo) this.checks.fail('it has an slo, but monitoring is off', 'leave one of the two out');
      return;
    }
    const levels = all.map(({ level }) => level);
    this.levels = new Levels(levels, subject.path, platform, this.checks);
    this.port = platform.monitoring;
    this.begin(this.levels, slo);
  }

  /** The function answers an API with these objectives. */
  answersFor(api: Watch): void {
    for (const threshold of api.thresholds) this.thresholds.add(threshold);
  }

  /** The function got a source of events which end with its dead letters when they keep failing. */
  deadLetters(): void {
    if (this.subject.kind === 'function' && this.subject.spec.retry.deadLetters) this.alarm('deadLetters');
  }

  /** The function got a schedule. */
  schedule(name: string, spec: Extract<Subject, { kind: 'schedule' }>['spec']): void {
    if (this.subject.kind !== 'function') return;
    const path = `${this.subject.path}/${name}`;
    const schedule: Subject = { kind: 'schedule', path, name, spec, backend: this.subject.backend };
    this.alarm('missedRun', schedule);
    if (this.levels) this.dashboard()?.show(schedule, this.platform);
  }

  private begin(levels: Levels, slo: SloOptions | undefined): void {
    const { subject } = this;
    if (levels.options.some(({ silences }) => silences?.length)) this.require('monitoring.silences');
    levels.channels('page');
    levels.channels('ticket');
    for (const { name } of alarmsOf(subject.kind)) {
      // A function has dead letters once something sends it events.
      if (subject.kind !== 'function' || name !== 'deadLetters') this.alarm(name);
    }
    if (subject.kind === 'function' && this.has('monitoring.signals')) {
      this.port!.instrument(subject.backend, () => {
        const service = this.objectives();
        const thresholds = new Set([...this.thresholds, ...(service?.thresholdsMillis ?? [])]);
        return frozen({ service: service?.path, thresholdsMillis: [...thresholds].sort((a, b) => a - b) });
      });
    }
    if (slo) {
      this.require('monitoring.slo');
      const target = { kind: subject.kind as 'api' | 'websocket' | 'function', path: subject.path };
      for (const spec of sloSpecs(slo, target, levels.options, this.checks)) {
        if (spec.thresholdMillis !== undefined) this.thresholds.add(spec.thresholdMillis);
        const made = levels.createSlo(this.construct, spec, () => [subject]);
        this.dashboard()?.slos.push(made);
      }
    }
    this.dashboard()?.show(subject, this.platform);
    if (subject.kind === 'function') this.objectives()?.count(subject, this.platform);
  }

  private alarm(name: AlarmName, subject: Subject = this.subject): void {
    const { levels, platform } = this;
    const key = `${name} ${subject.path}`;
    if (!levels || this.made.has(key)) return;
    const said = alarmOptions(levels.options, name);
    if (!said) return;
    const feature: Feature = `monitoring.alarm.${name}`;
    if (Object.keys(said).length > 0) this.require(feature);
    if (!this.has(feature)) return;
    const row: AlarmDefault = alarmDefault(subject.kind, name);
    const spec = frozen(alarmSpec(row, subject.path, subject.spec, said, levels.options, this.checks));
    const lacking = this.port!.lacks?.(spec, subject);
    if (lacking !== undefined) {
      if (Object.keys(said).length > 0) throw unsupported(platform.name, subject.path, FEATURES[feature], lacking);
      return;
    }
    const channels = () => levels.channels(spec.severity, said.channels);
    channels();
    const named = child(child(this.construct, 'Alarms'), name);
    const at = subject.kind === 'schedule' ? new Construct(named, subject.name) : named;
    const backend = this.port!.createAlarm(at, spec, subject, () => backendsOf(channels()));
    attach(at, { type: 'alarm', platform, backend, describe: () => ({ ...spec, channels: pathsOf(channels()) }) });
    this.made.add(key);
    this.dashboard()?.alarms.push(spec);
  }

  /** The nearest service that says something of a dashboard, else the outermost one. */
  private dashboard() {
    const said = this.services.filter(({ _watched }) => _watched.options.dashboard !== undefined).at(-1) ?? this.services[0];
    return said?._watched.options.dashboard === false ? undefined : said?._watched;
  }

  /** The nearest service with objectives, else the outermost one: it counts the invocations. */
  private objectives() {
    return (this.services.filter(({ _props }) => _props.slo).at(-1) ?? this.services[0])?._watched;
  }

  private has(feature: Feature): boolean {
    return this.port !== undefined && !('unsupported' in this.platform.capabilities[feature]);
  }

  private require(feature: Feature): void {
    requireFeatures(this.platform, this.subject.path, [feature]);
  }
}
