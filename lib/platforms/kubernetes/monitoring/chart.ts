import { ApiObject, Chart, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { METRICS_PORT } from '../../../runtime/wire.js';
import { namespaceOf } from '../context.js';
import { deadLetterService } from '../dead-letters.js';
import { OBJECT_BYTES } from '../limits.js';
import { metadataOf, nameOf } from '../metadata.js';
import type { MonitoringSettings } from '../options.js';
import { type Alarm, alertsOf } from './alarm.js';
import { COUNTERS, increaseInMinute, MINUTE, PROXY, selectorOf, TURNED_AWAY, throttlesInMinute } from './promql.js';

const ID = 'FaastenMonitoring';

/** Says which chart scraped a series, so that two charts in one namespace do not record the same. */
const CHART_LABEL = 'faasten_chart';

/** One rule of a PrometheusRule: https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.Rule */
export type Rule = {
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
} & ({ readonly record: string } | { readonly alert: string; readonly annotations: Readonly<Record<string, string>> });

/** What a service scrapes and records, once for each chart; alarms and objectives add their rules to it. */
export class ChartMonitoring extends Construct {
  readonly namespace: string | undefined;
  private readonly name: string;
  readonly rules: ApiObject;
  private readonly functions = new Map<string, string>();
  private readonly alarms: Alarm[] = [];
  private readonly objectives: { readonly path: string; readonly make: () => readonly Rule[] }[] = [];

  /** That of the chart around `scope`; made when it is first needed. */
  static of(scope: Construct, settings: MonitoringSettings): ChartMonitoring {
    const chart = Chart.of(scope);
    return ChartMonitoring.tryOf(chart) ?? new ChartMonitoring(chart, settings);
  }

  /** Undefined where nothing is watched. */
  static tryOf(scope: Construct): ChartMonitoring | undefined {
    return Chart.of(scope).node.tryFindChild(ID) as ChartMonitoring | undefined;
  }

  private constructor(
    scope: Construct,
    private readonly settings: MonitoringSettings,
  ) {
    super(scope, ID);
    this.namespace = namespaceOf(this);
    this.name = nameOf(this);
    this.rules = new ApiObject(this, 'Rules', {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: this.metadata('Rules'),
      spec: { groups: Lazy.any({ produce: () => this.groups() }) },
    });
    this.node.addValidation({ validate: () => this.tooLarge() });
  }

  /** Series of what Knative's proxies count, for a function. */
  get proxySeries(): { readonly scraped: number; readonly recorded: number } {
    return this.settings.requestMetrics ? { scraped: Object.keys(PROXY).length, recorded: 1 } : { scraped: 0, recorded: 0 };
  }

  get scrapeSeconds(): number {
    return Number.parseInt(this.settings.scrapeInterval, 10);
  }

  /** Scrapes and records a function; `service` is the name of its Knative Service. */
  scrape(path: string, service: string): void {
    if (this.functions.size === 0) this.createPodMonitor();
    this.functions.set(path, service);
  }

  /** Adds an alarm, whose alert is made when the manifests are written. */
  addAlarm(alarm: Alarm): void {
    this.alarms.push(alarm);
  }

  /** Adds the rules of an objective: what it records comes before what it alerts on. */
  addObjective(path: string, make: () => readonly Rule[]): void {
    this.objectives.push({ path, make });
  }

  /** Rules for what is below a path, beside those that record what all functions count. */
  rulesBelow(path: string): readonly Rule[] {
    const below = (each: string) => path === '' || `${each}/`.startsWith(`${path}/`);
    const alarms = this.alarms.filter(({ spec }) => below(spec.subject.path));
    const objectives = this.objectives.filter((each) => below(each.path));
    return [...alertsOf(alarms, this.namespace), ...objectives.flatMap(({ make }) => make())];
  }

  private tooLarge(): string[] {
    const groups = this.groups();
    const bytes = Buffer.byteLength(JSON.stringify(groups));
    if (bytes <= OBJECT_BYTES) return [];
    const count = this.rulesBelow('').length;
    return [
      `monitoring '${this.node.path}': ${count} rules make a PrometheusRule of ${bytes} bytes, and an object of Kubernetes may have ` +
        `${OBJECT_BYTES}; give functions the same timeouts, sizes and channels, so that they share rules, or split the chart`,
    ];
  }

  private services(): string[] {
    return [...new Set([...this.functions.values(), deadLetterService(Chart.of(this)) ?? []].flat())].sort();
  }

  /** One group: its rules run one after the other, so that all of a minute is recorded when the alerts look at it. */
  private groups(): object[] {
    const own = { namespace: this.namespace, [CHART_LABEL]: this.name };
    const increments = COUNTERS.map(([record, counter]) => ({ record, expr: increaseInMinute(counter, selectorOf(own)) }));
    const throttles = this.settings.requestMetrics ? [{ record: MINUTE.throttles, expr: throttlesInMinute(own) }] : [];
    const rules = [...increments, ...throttles, ...this.rulesBelow('')];
    return [{ name: this.node.path, interval: '1m', rules }];
  }

  /**
   * Knative lets a container declare no port but the one it serves at. That one makes Prometheus find the pods; the address is then
   * turned to the port of the metrics.
   */
  private createPodMonitor(): void {
    new ApiObject(this, 'Pods', {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PodMonitor',
      metadata: this.metadata('Pods'),
      spec: {
        selector: {
          matchExpressions: [
            {
              key: 'serving.knative.dev/service',
              operator: 'In',
              values: Lazy.any({ produce: () => this.services() }),
            },
          ],
        },
        podMetricsEndpoints: [
          {
            port: 'user-port',
            path: '/metrics',
            interval: this.settings.scrapeInterval,
            relabelings: [
              {
                sourceLabels: ['__address__'],
                regex: '(.+):\\d+',
                targetLabel: '__address__',
                // As text of Prometheus: the first group, then the port.
                replacement: `$1:${METRICS_PORT}`,
              },
              { targetLabel: CHART_LABEL, replacement: this.name },
            ],
          },
          ...(this.settings.requestMetrics ? [this.proxies()] : []),
        ],
      },
    });
  }

  /** Knative's proxies know no function: the pods' annotation says which one. Of many metrics, two are kept. */
  private proxies(): object {
    const [[status, code]] = Object.entries(TURNED_AWAY) as [[string, string]];
    return {
      port: 'http-usermetric',
      path: '/metrics',
      interval: this.settings.scrapeInterval,
      relabelings: [
        { sourceLabels: ['__meta_kubernetes_pod_annotation_faasten_dev_path'], regex: '(.+)', targetLabel: 'function' },
        { targetLabel: CHART_LABEL, replacement: this.name },
      ],
      metricRelabelings: [
        { sourceLabels: ['__name__', status], regex: `(${Object.values(PROXY).join('|')});${code}`, action: 'keep' },
      ],
    };
  }

  private metadata(id: string) {
    const { labels } = this.settings;
    return { name: nameOf(this, id), ...metadataOf({ what: 'monitoring', path: this.node.path, labels }) };
  }
}
