/** What policies, objectives and charts ask for, against the metrics that Google documents. */
import { expect, test } from 'vitest';
import { Duration, HttpApi, Queue, Schedule, ServerlessFunction, Service, Topic } from '../../../lib/index.js';
import { entry, newWatchedStack, resourcesOf } from './stacks.js';

interface Documented {
  readonly kind: 'DELTA' | 'GAUGE';
  readonly type: 'INT64' | 'DISTRIBUTION';
  readonly resource: 'cloud_run_revision' | 'pubsub_subscription';
  readonly labels: readonly string[];
  readonly page: string;
}

const RUN = {
  resource: 'cloud_run_revision',
  page: 'https://docs.cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-run',
} as const;
const PUBSUB = {
  resource: 'pubsub_subscription',
  page: 'https://docs.cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-pubsub',
} as const;
const ANSWERS = ['response_code', 'response_code_class', 'route'];

/** Read in November 2026. */
const METRICS: Readonly<Record<string, Documented>> = {
  'run.googleapis.com/request_count': { ...RUN, kind: 'DELTA', type: 'INT64', labels: ANSWERS },
  'run.googleapis.com/request_latencies': { ...RUN, kind: 'DELTA', type: 'DISTRIBUTION', labels: ANSWERS },
  'run.googleapis.com/container/memory/utilizations': { ...RUN, kind: 'DELTA', type: 'DISTRIBUTION', labels: [] },
  'run.googleapis.com/container/startup_latencies': { ...RUN, kind: 'DELTA', type: 'DISTRIBUTION', labels: [] },
  'pubsub.googleapis.com/subscription/num_undelivered_messages': { ...PUBSUB, kind: 'GAUGE', type: 'INT64', labels: [] },
  'pubsub.googleapis.com/subscription/oldest_unacked_message_age': { ...PUBSUB, kind: 'GAUGE', type: 'INT64', labels: [] },
  'pubsub.googleapis.com/subscription/push_request_count': {
    ...PUBSUB,
    kind: 'DELTA',
    type: 'INT64',
    labels: ['response_class', 'response_code', 'delivery_type'],
  },
};

/** https://docs.cloud.google.com/monitoring/api/resources */
const RESOURCE_LABELS = {
  cloud_run_revision: ['project_id', 'service_name', 'revision_name', 'location', 'configuration_name'],
  pubsub_subscription: ['project_id', 'subscription_id'],
};

/** https://docs.cloud.google.com/monitoring/promql/promql-mapping */
const inPromQL = (type: string) => type.replace('/', ':').replace(/[^A-Za-z0-9:]/g, '_');

function everything() {
  const stack = newWatchedStack();
  const latency = { percentile: 95, threshold: Duration.millis(300) };
  const service = new Service(stack, 'Shop', { slo: { availability: 99.9, latency } });
  const orders = new Queue(service, 'Orders');
  const topic = new Topic(service, 'Topic');
  const triggers = { Orders: orders.messages(), Topic: topic.messages(), Daily: Schedule.cron('0 3 * * *') };
  const work = new ServerlessFunction(service, 'Work', { entry, triggers });
  new HttpApi(service, 'Api', { routes: { 'GET /': work }, slo: { availability: 99 } });
  return stack;
}

test('each metric is documented, of that kind, for that resource and with those labels', () => {
  const stack = everything();
  // Those that the stack makes of logs have the labels that it gives them.
  const own = Object.values(resourcesOf(stack, 'google_logging_metric')).map(
    ({ name, metric_descriptor }): [string, Documented] => [
      `logging.googleapis.com/user/${name}`,
      {
        ...RUN,
        kind: metric_descriptor.metric_kind,
        type: metric_descriptor.value_type,
        labels: (metric_descriptor.labels ?? []).map(({ key }: { key: string }) => key),
      },
    ],
  );
  const all = [...Object.entries(METRICS), ...own];
  const documented = new Map(all.map(([type, metric]) => [inPromQL(type), metric]));
  const policies = Object.values(resourcesOf(stack, 'google_monitoring_alert_policy')).map(
    ({ conditions }) => conditions[0].condition_prometheus_query_language.query as string,
  );
  const charts = Object.values(resourcesOf(stack, 'google_monitoring_dashboard')).flatMap(({ dashboard_json }) =>
    [...dashboard_json.matchAll(/"prometheusQuery":("(?:[^"\\]|\\.)*")/g)].map(([, query]) => JSON.parse(query) as string),
  );
  expect([policies.length > 20, charts.length > 20]).toEqual([true, true]);
  const used = new Set<string>();
  for (const query of [...policies, ...charts]) {
    const series = [...query.matchAll(/(\w+) ?\((\w+_googleapis_com:\w+?)(_bucket|_count)?\{([^}]*)\}/g)];
    expect(query.match(/googleapis_com:/g)).toHaveLength(series.length);
    for (const [, calculation, name, part, matchers] of series) {
      // A counter may be called `…_count` itself.
      const whole = documented.has(`${name}${part ?? ''}`);
      const metric = documented.get(whole ? `${name}${part ?? ''}` : name!);
      if (!metric) throw new Error(`'${name}' is not documented`);
      used.add(`${name}${whole ? (part ?? '') : ''}`);
      expect([name, metric.type]).toEqual([name, whole || !part ? 'INT64' : 'DISTRIBUTION']);
      expect([name, metric.kind]).toEqual([name, calculation === 'increase' ? 'DELTA' : 'GAUGE']);
      const labels = [...matchers!.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label]) => label!);
      const known = ['monitored_resource', 'le', ...metric.labels, ...RESOURCE_LABELS[metric.resource]];
      expect(labels.filter((label) => !known.includes(label))).toEqual([]);
      expect(matchers).toContain(`monitored_resource="${metric.resource}"`);
    }
  }
  expect([...used].sort()).toEqual(all.map(([type]) => inPromQL(type)).sort());
});

test('objectives count by metrics that are there', () => {
  const stack = everything();
  const made = Object.values(resourcesOf(stack, 'google_logging_metric')).map(({ name }) => name);
  const filters = JSON.stringify(resourcesOf(stack, 'google_monitoring_slo')).match(/metric\.type=\\"[^"\\]+/g)!;
  expect(filters.length).toBeGreaterThan(4);
  for (const filter of filters) expect(made).toContain(filter.replace('metric.type=\\"logging.googleapis.com/user/', ''));
});
