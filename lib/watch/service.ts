import type { Construct } from 'constructs';
import { attach } from '../core/attachment.js';
import { requireFeatures } from '../core/capabilities.js';
import { Checks, frozen } from '../core/checks.js';
import { conflicting, FaastenError, invalid, otherPlatform } from '../core/errors.js';
import type { AlarmSpec, DashboardSpec, Severity, SloSpec, SubjectKind } from '../core/model.js';
import { PANELS } from '../core/monitoring/panels.js';
import type { Subject } from '../core/monitoring/port.js';
import type { Platform } from '../core/platform.js';
import { platformOf } from '../core/scope.js';
import type { AlertChannel, ServiceMonitoringOptions } from '../monitoring.js';
import type { Service } from '../service.js';
import { child, type Level, Levels, routed } from './levels.js';
import { sloSpecs } from './specs.js';

/** Child of a service that holds its dashboard and objectives. */
const CHILD = 'Monitoring';

/** Rows of a dashboard by kind: what clients see comes first. */
const ROWS: readonly SubjectKind[] = ['api', 'websocket', 'function', 'schedule', 'queue'];

/** How a service is watched: its channels, and the dashboard and objectives that come to be with the first construct in it. */
export class ServiceWatch implements Level {
  readonly alarms: AlarmSpec[] = [];
  readonly slos: SloSpec[] = [];
  private readonly added: { channel: AlertChannel; severities: readonly Severity[] }[] = [];
  private readonly subjects = new Map<string, Subject>();
  private readonly counted: Subject[] = [];
  private objectives: readonly SloSpec[] | undefined;
  private shown: { readonly size: number; readonly spec: DashboardSpec } | undefined;

  constructor(
    private readonly service: Service,
    /** Services around this one, the outermost first. */
    private readonly around: () => readonly Service[],
  ) {}

  get path(): string {
    return this.service.node.path;
  }

  get options(): ServiceMonitoringOptions {
    return this.service._props.monitoring || {};
  }

  get thresholdsMillis(): readonly number[] {
    return (this.objectives ?? []).flatMap(({ thresholdMillis }) => thresholdMillis ?? []);
  }

  channels(severity: Severity): readonly AlertChannel[] | undefined {
    const given = this.options.channels && routed(this.options.channels, severity);
    const added = this.added.filter(({ severities }) => severities.includes(severity)).map(({ channel }) => channel);
    return given || added.length > 0 ? [...(given ?? []), ...added] : undefined;
  }

  addChannel(channel: AlertChannel, severities: readonly Severity[]): void {
    if (this.added.some((known) => known.channel === channel))
      throw conflicting('service', this.path, `the channel '${channel.node.path}' is there already`, 'add it once');
    this.added.push({ channel, severities });
  }

  /** Puts a construct on the dashboard. */
  show(subject: Subject, platform: Platform): void {
    if (this.subjects.size === 0) this.createDashboard(platform);
    this.subjects.set(subject.path, subject);
  }

  /** Counts the invocations of a function for the objectives. */
  count(subject: Subject, platform: Platform): void {
    const { slo } = this.service._props;
    this.counted.push(subject);
    if (!slo || this.objectives) return;
    requireFeatures(platform, this.path, ['monitoring.slo']);
    if (!this.isOn(platform)) {
      throw invalid(
        'service',
        this.path,
        `it has an slo, but is not in the stack of '${subject.path}'`,
        'put the service into one stack, or give an slo to the APIs and functions',
      );
    }
    const checks = new Checks('service', this.path, platform);
    const levels = new Levels(
      [...this.around(), this.service].map(({ _watched }) => _watched),
      this.path,
      platform,
      checks,
    );
    this.objectives = sloSpecs(slo, { kind: 'service', path: this.path }, levels.options, checks);
    for (const spec of this.objectives) this.slos.push(levels.createSlo(this.scope(), spec, () => [...this.counted]));
  }

  private createDashboard(platform: Platform): void {
    const { dashboard } = this.options;
    const existing = typeof dashboard === 'object' ? dashboard : undefined;
    if (existing) {
      if (existing.platform !== platform.name)
        throw otherPlatform(this.path, 'the dashboard', 'existing', existing.platform, platform.name);
      requireFeatures(platform, this.path, ['monitoring.dashboard.existing']);
    }
    if (dashboard === true) requireFeatures(platform, this.path, ['monitoring.dashboard']);
    const lacks = 'unsupported' in platform.capabilities['monitoring.dashboard'];
    if (!existing && (lacks || !platform.monitoring || !this.isOn(platform))) return;
    const at = child(this.scope(), 'Dashboard');
    const view = () => ({ spec: this.dashboardSpec(), subjects: this.subjects });
    const backend = platform.monitoring!.createDashboard(at, view, existing?.resource);
    attach(at, { type: 'dashboard', platform, backend, describe: () => this.dashboardSpec() });
  }

  /** The framework asks several times for what only grows. */
  private dashboardSpec(): DashboardSpec {
    const size = this.subjects.size + this.alarms.length + this.slos.length;
    if (this.shown?.size !== size) this.shown = { size, spec: this.newDashboardSpec() };
    return this.shown.spec;
  }

  private newDashboardSpec(): DashboardSpec {
    const prefix = `${this.path}/`;
    const rows = ROWS.flatMap((kind) => [...this.subjects.values()].filter((subject) => subject.kind === kind));
    return frozen({
      path: this.path,
      title: this.service.node.id,
      rows: rows.map(({ kind, path }) => ({
        subject: { kind, path },
        title: path.startsWith(prefix) ? path.slice(prefix.length) : path,
        panels: PANELS[kind],
      })),
      slos: this.slos,
      alarms: this.alarms,
    });
  }

  /** Whether the service itself is in a unit of that platform, so that it may have resources of its own. */
  private isOn(platform: Platform): boolean {
    try {
      return platformOf(this.service).name === platform.name;
    } catch (error) {
      if (error instanceof FaastenError) return false;
      throw error;
    }
  }

  private scope(): Construct {
    return child(this.service, CHILD);
  }
}

/** Options of a service that hold whatever is in it. */
export function checkService(service: Service): void {
  const { monitoring, slo } = service._props;
  if (monitoring === false && slo)
    throw invalid('service', service.node.path, 'it has an slo, but monitoring is off', 'leave one of the two out');
}
