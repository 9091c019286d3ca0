import { LoggingMetric, type LoggingMetricConfig } from '@cdktf/provider-google/lib/logging-metric/index.js';
import type { MonitoringAlertPolicy } from '@cdktf/provider-google/lib/monitoring-alert-policy/index.js';
import { Lazy, TerraformStack, Token } from 'cdktf';
import { Construct } from 'constructs';
import type { AlarmSpec } from '../../../core/model.js';
import type { Notify, Subject } from '../../../core/monitoring/port.js';
import { silencer } from '../../../core/monitoring/silences.js';
import { upper, conditionOf as wordsOf } from '../../../core/monitoring/words.js';
import type { StackContext } from '../context.js';
import { plainText } from '../text.js';
import { conditionOf, ownedBy } from './alarm.js';
import { OWNERS_PER_POLICY } from './limits.js';
import { alertPolicy } from './policy.js';
import { logMetric, type Metric } from './promql.js';

/** An alarm as it was asked for. */
interface Alarm {
  readonly spec: AlarmSpec;
  readonly subject: Subject;
  readonly notify: Notify;
}

/** Alarms that one policy watches. */
interface Group {
  readonly policy: MonitoringAlertPolicy;
  readonly alarms: Alarm[];
}

/** A metric that is made of logs. */
export interface LogMetric extends Metric {
  readonly made: LoggingMetric;
}

/** Longest name of a metric of logs: https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.metrics */
const METRIC_NAME = 100;

/** Fields of the report that metrics of it are told apart by; see lib/runtime/report.ts. */
const REPORT_LABELS = ['function', 'service', 'kind', 'outcome'] as const;

/** What watches the functions of a stack: alert policies, each for many functions, and metrics that are made of logs. */
export class StackMonitoring extends Construct {
  private readonly alarms: Construct;
  private readonly groups = new Map<string, Group>();
  private readonly policies: { path: string; policy: MonitoringAlertPolicy }[] = [];
  private readonly thresholds = new Set<number>();

  constructor(
    scope: Construct,
    id: string,
    private readonly context: StackContext,
  ) {
    super(scope, id);
    this.alarms = new Construct(this, 'Alarms');
  }

  /**
   * The policy that watches for an alarm. Those of functions, or of queues, below one construct which differ in nothing else share it.
   * Channels of the constructs around come later; those that have channels of their own differ from the beginning.
   */
  addAlarm(alarm: Alarm): MonitoringAlertPolicy {
    const { spec, subject, notify } = alarm;
    const { kind, path } = spec.subject;
    const shared = kind === 'function' || kind === 'queue';
    const parent = shared ? path.split('/').slice(0, -1).join('/') : path;
    const memory = spec.signal === 'function.memoryUsed' && subject.kind === 'function' ? subject.spec.memoryMiB : undefined;
    const channels = notify(spec.severity).map(({ resource }) => resource.node.path);
    const key = JSON.stringify([{ ...spec, subject: kind }, parent, memory, channels]);
    const known = this.groups.get(key);
    if (known && known.alarms.length < OWNERS_PER_POLICY) {
      known.alarms.push(alarm);
      return known.policy;
    }
    const alarms = [alarm];
    const unlessSilent = silencer(path, spec.silences);
    if (spec.signal === 'function.throttles') this.throttles();
    const policy = alertPolicy(this.child(parent), this.policyId(parent, `${upper(kind)}${upper(spec.name)}`), {
      context: this.context,
      title: `${parent}: ${kind} ${spec.name}`,
      alarm: `${kind}-${spec.name.toLowerCase()}`,
      severity: spec.severity,
      condition: () => {
        const owned = alarms.map((each) => ownedBy(spec.signal, each.subject));
        const names = [...new Set(owned.flatMap((each) => each.names))].sort();
        const condition = conditionOf(spec, subject, { owner: owned[0]!.owner, names }, this.throttles());
        return { ...condition, query: unlessSilent(condition.query) };
      },
      notify: () => alarms.map((each) => each.notify),
      why: spec.why,
      words: wordsOf(spec),
      runbook: spec.runbook,
    });
    this.groups.set(key, { policy, alarms });
    this.note(path, policy);
    return policy;
  }

  /** Has a policy be on the dashboards of what is around `path`. */
  note(path: string, policy: MonitoringAlertPolicy): void {
    this.policies.push({ path, policy });
  }

  policiesBelow(path: string): readonly MonitoringAlertPolicy[] {
    return this.policies.filter((each) => `${each.path}/`.startsWith(`${path}/`)).map(({ policy }) => policy);
  }

  /** Invocations that functions reported, as a counter with the labels `function`, `service`, `kind` and `outcome`. */
  invocations(): LogMetric {
    return this.logMetric('Invocations', () => ({
      filter: this.reports(),
      metricDescriptor: { metricKind: 'DELTA', valueType: 'INT64', unit: '1', labels: labels() },
      labelExtractors: extractors(),
    }));
  }

  /** How long they took, in milliseconds, as a distribution with these thresholds among its bounds. */
  durations(thresholdMillis: number): LogMetric {
    this.thresholds.add(thresholdMillis);
    return this.logMetric('Durations', () => ({
      filter: this.reports(),
      metricDescriptor: { metricKind: 'DELTA', valueType: 'DISTRIBUTION', unit: 'ms', labels: labels() },
      valueExtractor: 'EXTRACT(jsonPayload.durationMs)',
      labelExtractors: extractors(),
      bucketOptions: {
        explicitBuckets: {
          bounds: Token.asNumberList(Lazy.anyValue({ produce: () => [...this.thresholds].sort((a, b) => a - b) })),
        },
      },
    }));
  }

  /** How many metrics there are of the reports. */
  get reportMetrics(): { readonly counters: number; readonly distributions: number } {
    const has = (id: string) => (this.node.tryFindChild(id) ? 1 : 0);
    return { counters: has('Invocations'), distributions: has('Durations') };
  }

  /**
   * Requests that found no instance. They never reach the function, so that no metric of Cloud Run has them, but its log does:
   * https://cloud.google.com/run/docs/troubleshooting#no-available-container-instances
   */
  throttles(): LogMetric {
    return this.logMetric('Throttles', () => ({
      filter:
        'resource.type="cloud_run_revision" AND log_id("run.googleapis.com/requests") AND textPayload:"no available instance"',
      metricDescriptor: { metricKind: 'DELTA', valueType: 'INT64', unit: '1' },
    }));
  }

  /** Lines that functions of this stack write; see lib/runtime/report.ts. */
  private reports(): string {
    const stack = TerraformStack.of(this).node.path;
    return plainText(
      `resource.type="cloud_run_revision" AND log_id("run.googleapis.com/stdout") AND jsonPayload.message="invocation" AND ` +
        `jsonPayload.function:${JSON.stringify(`${stack}/`)}`,
    );
  }

  private logMetric(id: string, settings: () => Omit<LoggingMetricConfig, 'name' | 'project'>): LogMetric {
    const name = this.context.name(id, METRIC_NAME);
    const made =
      (this.node.tryFindChild(id) as LoggingMetric | undefined) ??
      new LoggingMetric(this, id, { name, project: this.context.projectArgument, ...settings() });
    return { ...logMetric(name), made };
  }

  private child(path: string): Construct {
    const id = path.replaceAll('/', ' ');
    return (this.alarms.node.tryFindChild(id) as Construct | undefined) ?? new Construct(this.alarms, id);
  }

  /** The first of its kind has the name alone, further ones a number, in the order of declaration. */
  private policyId(parent: string, name: string): string {
    const scope = this.child(parent);
    let number = 1;
    while (scope.node.tryFindChild(number === 1 ? name : `${name}${number}`)) number += 1;
    return number === 1 ? name : `${name}${number}`;
  }
}

function labels() {
  return REPORT_LABELS.map((key) => ({ key, valueType: 'STRING' }));
}

function extractors(): Record<string, string> {
  return Object.fromEntries(REPORT_LABELS.map((key) => [key, `EXTRACT(jsonPayload.${key})`]));
}
