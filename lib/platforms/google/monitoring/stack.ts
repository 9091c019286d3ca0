import { LoggingMetric } from '@cdktf/provider-google/lib/logging-metric/index.js';
import type { MonitoringAlertPolicy } from '@cdktf/provider-google/lib/monitoring-alert-policy/index.js';
import { Lazy, TerraformStack, Token } from 'cdktf';
import { Construct } from 'constructs';
import type { AlarmSpec } from '../../../core/model.js';
import type { Notify, Subject } from '../../../core/monitoring/port.js';
import { conditionOf as wordsOf } from '../../../core/monitoring/words.js';
import type { StackContext } from '../context.js';
import { plainText } from '../text.js';
import { conditionOf, ownersOf } from './alarm.js';
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

/** Longest name of a metric of logs: https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.metrics */
const METRIC_NAME = 100;

/** Fields of the report that metrics of it are told apart by; see lib/runtime/report.ts. */
const REPORT_LABELS = ['function', 'service', 'kind', 'outcome'] as const;

/** What watches the functions of a stack: alert policies, each for many functions, and metrics that are made of logs. */
export class StackMonitoring extends Construct {
  private readonly groups = new Map<string, Group>();
  private readonly thresholds = new Set<number>();
  /** Metrics of logs by their ids. */
  private readonly metrics = new Map<string, LoggingMetric>();

  constructor(
    scope: Construct,
    id: string,
    private readonly context: StackContext,
  ) {
    super(scope, id);
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
    if (spec.signal === 'function.throttles') this.throttles();
    const policy = alertPolicy(this.child(parent), this.policyId(parent, `${upper(kind)}${upper(spec.name)}`), {
      context: this.context,
      title: `${parent}: ${kind} ${spec.name}`,
      alarm: `${kind}-${spec.name.toLowerCase()}`,
      severity: spec.severity,
      condition: () => {
        const owners = new Set(alarms.flatMap((each) => ownersOf(each.spec, each.subject)));
        return conditionOf(spec, subject, [...owners].sort(), this.throttles());
      },
      notify: () => alarms.map((each) => each.notify),
      why: spec.why,
      words: wordsOf(spec),
      runbook: spec.runbook,
    });
    this.groups.set(key, { policy, alarms });
    return policy;
  }

  /** Invocations that functions reported, as a counter with the labels `function`, `service`, `kind` and `outcome`. */
  invocations(): Metric {
    return this.logMetric('Invocations', () => ({
      filter: this.reports(),
      metricDescriptor: { metricKind: 'DELTA', valueType: 'INT64', unit: '1', labels: labels() },
      labelExtractors: extractors(),
    }));
  }

  /** How long they took, in milliseconds, as a distribution with these thresholds among its bounds. */
  durations(thresholdMillis: number): Metric {
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

  /** What the metrics of an objective must be there before. */
  get ready(): readonly LoggingMetric[] {
    return [...this.metrics.values()];
  }

  /**
   * Requests that found no instance. They never reach the function, so that no metric of Cloud Run has them, but its log does:
   * https://cloud.google.com/run/docs/troubleshooting#no-available-container-instances
   */
  private throttles(): Metric {
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

  private logMetric(
    id: string,
    settings: () => Omit<ConstructorParameters<typeof LoggingMetric>[2], 'name' | 'project'>,
  ): Metric {
    const name = this.context.name(id, METRIC_NAME);
    if (!this.metrics.has(id)) {
      this.metrics.set(id, new LoggingMetric(this, id, { name, project: this.context.projectArgument, ...settings() }));
    }
    return logMetric(name);
  }

  private child(path: string): Construct {
    const id = path.replaceAll('/', ' ');
    return (this.node.tryFindChild(id) as Construct | undefined) ?? new Construct(this, id);
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

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
