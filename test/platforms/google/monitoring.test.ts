import { describe, expect, test } from 'vitest';
import {
  AlertChannel,
  Duration,
  HttpApi,
  Queue,
  Schedule,
  ServerlessFunction,
  Service,
  type ServiceProps,
  Topic,
} from '../../../lib/index.js';
import { missing } from '../../engines/engine.js';
import { available, checkRules, testRules } from '../../engines/prometheus.js';
import { planTerraform, available as terraform } from '../../engines/terraform.js';
import { entry, environmentOf, newStack, newWatchedStack, resourcesOf, written } from './stacks.js';

const POLICY = 'google_monitoring_alert_policy';

function serviceIn(props: ServiceProps = {}) {
  const stack = newWatchedStack();
  return { stack, service: new Service(stack, 'Shop', props) };
}

type Stack = ReturnType<typeof newWatchedStack>;

/** Conditions of the policies by the last part of their ids, without what the ids begin with. */
function conditionsOf(stack: Stack): Record<string, { query: string; duration: string }> {
  return Object.fromEntries(
    Object.entries(resourcesOf(stack, POLICY)).map(([id, { conditions }]) => [
      id.replace(/^faasten_Monitoring_Alarms_/, ''),
      conditions[0].condition_prometheus_query_language,
    ]),
  );
}

describe('a function alone', () => {
  const stack = newWatchedStack();
  new ServerlessFunction(stack, 'F', { entry });

  test('is told to report', () => {
    expect(environmentOf(stack, 'F')).toEqual({
      FAASTEN_FUNCTION: 'shop/F',
      FAASTEN_MEMORY_MIB: '256',
      FAASTEN_METRICS: 'json',
      FAASTEN_TIMEOUT_MS: '30000',
      FAASTEN_TRACE_PROJECT: 'tea-shop',
      NODE_ENV: 'production',
      NODE_OPTIONS: '--enable-source-maps',
    });
  });

  test('has the policies of the table', () => {
    const policies = resourcesOf(stack, POLICY);
    expect(Object.keys(policies)).toEqual([
      'faasten_Monitoring_Alarms_shop_FunctionDuration',
      'faasten_Monitoring_Alarms_shop_FunctionErrors',
      'faasten_Monitoring_Alarms_shop_FunctionMemory',
      'faasten_Monitoring_Alarms_shop_FunctionThrottles',
    ]);
    expect(policies.faasten_Monitoring_Alarms_shop_FunctionErrors).toEqual({
      display_name: 'shop: function errors',
      combiner: 'OR',
      severity: 'CRITICAL',
      conditions: [
        {
          display_name: 'errors > 5 % over 5 minutes, and 2 events at least',
          condition_prometheus_query_language: {
            query:
              '100 * sum by (service_name) (increase(run_googleapis_com:request_count{monitored_resource="cloud_run_revision",service_name="shop-f-8b834b91",response_code_class="5xx"}[5m]))' +
              ' / sum by (service_name) (increase(run_googleapis_com:request_count{monitored_resource="cloud_run_revision",service_name="shop-f-8b834b91"}[5m])) > 5' +
              ' and sum by (service_name) (increase(run_googleapis_com:request_count{monitored_resource="cloud_run_revision",service_name="shop-f-8b834b91",response_code_class="5xx"}[5m])) > 1.5',
            duration: '0s',
            evaluation_interval: '60s',
            disable_metric_validation: true,
          },
        },
      ],
      alert_strategy: { auto_close: '1800s' },
      documentation: {
        mime_type: 'text/markdown',
        subject: 'page: shop: function errors',
        content:
          'Work fails: requests are answered with errors, or events are delivered again and end with the dead letters.\n\n' +
          'errors > 5 % over 5 minutes, and 2 events at least\n\nRunbook: faasten/docs/alarms.md#function-errors',
      },
      user_labels: { alarm: 'function-errors', severity: 'page' },
    });
  });

  test('has a metric of requests that found no instance', () => {
    expect(resourcesOf(stack, 'google_logging_metric')).toEqual({
      faasten_Monitoring_Throttles: {
        name: 'shop-faasten-throttles-70e27f37',
        filter:
          'resource.type="cloud_run_revision" AND log_id("run.googleapis.com/requests") AND textPayload:"no available instance"',
        metric_descriptor: { metric_kind: 'DELTA', value_type: 'INT64', unit: '1' },
      },
    });
    expect(conditionsOf(stack).shop_FunctionThrottles?.query).toBe(
      'count_over_time((sum by (service_name) (increase(logging_googleapis_com:user_shop_faasten_throttles_70e27f37' +
        '{monitored_resource="cloud_run_revision",service_name="shop-f-8b834b91"}[5m])) > 0.5)[14m59s:5m]) >= 2',
    );
  });
});

/** A service with one of everything that is watched. */
function everything(stack: Stack): Service {
  const latency = { percentile: 95, threshold: Duration.millis(300) };
  const service = new Service(stack, 'Shop', { slo: { availability: 99.9, latency } });
  const orders = new Queue(service, 'Orders');
  const topic = new Topic(service, 'Topic');
  const work = new ServerlessFunction(service, 'Work', {
    entry,
    triggers: {
      Orders: orders.messages(),
      Topic: topic.messages(),
      Daily: Schedule.cron('0 3 * * *', { timeZone: 'Europe/Berlin' }),
      Often: Schedule.rate(Duration.minutes(5)),
      Weekly: Schedule.cron('0 3 * * mon'),
    },
  });
  new HttpApi(service, 'Api', { routes: { 'GET /': work }, slo: { availability: 99 } });
  return service;
}

describe('a service', () => {
  const stack = newWatchedStack();
  everything(stack);
  const conditions = conditionsOf(stack);

  test('has policies for its queues, schedules and APIs', () => {
    expect(Object.keys(conditions).filter((id) => !id.startsWith('Shop_'))).toEqual([
      'shopShopApi_ApiLatency',
      'shopShopApi_ApiServerErrors',
      'shopShopWorkDaily_ScheduleMissedRun',
      'shopShopWorkOften_ScheduleMissedRun',
      'shopShopWorkWeekly_ScheduleMissedRun',
      'shopShop_FunctionDeadLetters',
      'shopShop_FunctionDuration',
      'shopShop_FunctionErrors',
      'shopShop_FunctionMemory',
      'shopShop_FunctionThrottles',
      'shopShop_QueueDeadLetters',
      'shopShop_QueueMessageAge',
    ]);
    expect(conditions.shopShop_QueueMessageAge?.query).toBe(
      'count_over_time((max by (subscription_id) (max_over_time(pubsub_googleapis_com:subscription_oldest_unacked_message_age' +
        '{monitored_resource="pubsub_subscription",subscription_id="shop-shop-orders-44df73f2"}[5m])) >= 900)[9m59s:5m]) >= 2',
    );
    expect(conditions.shopShop_FunctionDeadLetters?.query).toBe(
      'max by (subscription_id) (max_over_time(pubsub_googleapis_com:subscription_num_undelivered_messages' +
        '{monitored_resource="pubsub_subscription",subscription_id="shop-shop-work-dead-letters-43eb559f"}[5m])) >= 1',
    );
  });

  test('waits for runs as long as the table says: what is looked at and how long it is empty, together', () => {
    const times = (id: string) => {
      const { query, duration } = conditions[id]!;
      return [[...query.matchAll(/\[(\w+)\]/g)].map(([, range]) => range), duration];
    };
    expect(times('shopShopWorkOften_ScheduleMissedRun')).toEqual([['10m'], '300s']);
    // 24 hours, a tenth, and an hour for daylight saving.
    expect(times('shopShopWorkDaily_ScheduleMissedRun')).toEqual([['3h24m'], '86400s']);
    // A week and six hours, once there was a run at all.
    expect(times('shopShopWorkWeekly_ScheduleMissedRun')).toEqual([['6d6h', '14d12h'], '86400s']);
  });

  test('looks back no further than metrics are kept', () => {
    const stack = newWatchedStack();
    const triggers = (cron: string) => ({ entry, triggers: { Run: Schedule.cron(cron) } });
    new ServerlessFunction(stack, 'Monthly', triggers('0 3 1 * *'));
    new ServerlessFunction(stack, 'Quarterly', triggers('0 3 1 1,4,7,10 *'));
    const awaited = Object.entries(conditionsOf(stack)).filter(([id]) => id.includes('MissedRun'));
    // 31 days and six hours; the second range is six weeks, not twice as much.
    expect(awaited.map(([id, { query }]) => [id, [...query.matchAll(/\[(\w+)\]/g)].map(([, range]) => range)])).toEqual([
      ['shopMonthlyRun_ScheduleMissedRun', ['30d6h', '42d']],
    ]);
    const asked = { ...triggers('0 3 1 1,4,7,10 *'), monitoring: { alarms: { missedRun: { severity: 'page' as const } } } };
    expect(() => new ServerlessFunction(stack, 'Asked', asked)).toThrow(
      'its runs are awaited for 92d6h, and Cloud Monitoring may keep what Pub/Sub counts for 42d only',
    );
  });
});

describe('objectives', () => {
  const stack = newWatchedStack();
  everything(stack);

  test('are Google’s own, over what functions report', () => {
    const slos = resourcesOf(stack, 'google_monitoring_slo');
    expect(Object.keys(slos)).toEqual([
      'Shop_Api_Slo_availability',
      'Shop_Monitoring_Slo_availability',
      'Shop_Monitoring_Slo_latency',
    ]);
    const reports = (metric: string) =>
      `metric.type="logging.googleapis.com/user/shop-faasten-${metric}" AND resource.type="cloud_run_revision"`;
    expect(slos.Shop_Monitoring_Slo_availability).toEqual({
      service: '${google_monitoring_custom_service.Shop_Monitoring_Slo_Service.service_id}',
      slo_id: 'availability',
      display_name: '99.9 % do not fail over 30 days',
      goal: 0.999,
      rolling_period_days: 30,
      request_based_sli: {
        good_total_ratio: {
          good_service_filter: `${reports('invocations-66cf16db')} AND metric.labels.service="shop/Shop" AND metric.labels.outcome="ok"`,
          total_service_filter: `${reports('invocations-66cf16db')} AND metric.labels.service="shop/Shop"`,
        },
      },
      depends_on: ['google_logging_metric.faasten_Monitoring_Invocations'],
    });
    expect(slos.Shop_Monitoring_Slo_latency.request_based_sli).toEqual({
      distribution_cut: {
        distribution_filter: `${reports('durations-8f00e19f')} AND metric.labels.service="shop/Shop" AND metric.labels.kind="http"`,
        range: { max: 300 },
      },
    });
    expect(slos.Shop_Api_Slo_availability.request_based_sli.good_total_ratio.total_service_filter).toBe(
      `${reports('invocations-66cf16db')} AND metric.labels.function=one_of("shop/Shop/Work") AND metric.labels.kind="http"`,
    );
  });

  test('make metrics of the reports', () => {
    const extractors = {
      function: 'EXTRACT(jsonPayload.function)',
      service: 'EXTRACT(jsonPayload.service)',
      kind: 'EXTRACT(jsonPayload.kind)',
      outcome: 'EXTRACT(jsonPayload.outcome)',
    };
    expect(resourcesOf(stack, 'google_logging_metric').faasten_Monitoring_Durations).toEqual({
      name: 'shop-faasten-durations-8f00e19f',
      filter:
        'resource.type="cloud_run_revision" AND log_id("run.googleapis.com/stdout") AND jsonPayload.message="invocation" AND jsonPayload.function:"shop/"',
      value_extractor: 'EXTRACT(jsonPayload.durationMs)',
      label_extractors: extractors,
      bucket_options: { explicit_buckets: { bounds: [300] } },
      metric_descriptor: {
        metric_kind: 'DELTA',
        value_type: 'DISTRIBUTION',
        unit: 'ms',
        labels: Object.keys(extractors).map((key) => ({ key, value_type: 'STRING' })),
      },
    });
    expect(environmentOf(stack, 'Shop_Work').FAASTEN_SERVICE).toBe('shop/Shop');
  });

  test('page when both windows burn too fast', () => {
    const count = (labels: string, window: string) =>
      `sum by () (increase(logging_googleapis_com:user_shop_faasten_invocations_66cf16db{monitored_resource="cloud_run_revision",service="shop/Shop"${labels}}[${window}]))`;
    const bad = (window: string) => count(',outcome!~"ok"', window);
    const conditions = conditionsOf(stack);
    expect(Object.keys(conditions).filter((id) => id.startsWith('Shop_Monitoring_Slo_availability'))).toEqual([
      'Shop_Monitoring_Slo_availability_Burn1d',
      'Shop_Monitoring_Slo_availability_Burn1h',
      'Shop_Monitoring_Slo_availability_Burn3d',
      'Shop_Monitoring_Slo_availability_Burn6h',
    ]);
    expect(conditions.Shop_Monitoring_Slo_availability_Burn1h?.query).toBe(
      `${bad('1h')} / ${count('', '1h')} > 0.0144 and ${bad('5m')} / ${count('', '5m')} > 0.0144 and ${bad('1h')} > 1.5`,
    );
    expect(resourcesOf(stack, POLICY).Shop_Monitoring_Slo_availability_Burn1h.severity).toBe('CRITICAL');
    expect(resourcesOf(stack, POLICY).Shop_Monitoring_Slo_availability_Burn3d.severity).toBe('WARNING');
  });

  test('are refused past what Google has', () => {
    const { service } = serviceIn();
    const slo = (id: string, props: object) => () =>
      new ServerlessFunction(service, id, { entry, slo: props as { availability: number } });
    expect(slo('A', { availability: 99.9, window: Duration.days(60) })).toThrow(
      "slo 'shop/Shop/A': window is 60 days, and Google Cloud has 1 to 30 days",
    );
    expect(slo('B', { availability: 99.999 })).toThrow('objective is 0.99999, and Google Cloud has 0.01 to 0.9999');
  });

  test('of an API with too many functions for a filter are found before they are deployed', () => {
    const { service } = serviceIn();
    const api = new HttpApi(service, 'Api', { slo: { availability: 99 } });
    for (let index = 0; index < 60; index += 1)
      api.addRoute(
        `GET /${index}`,
        new ServerlessFunction(service, `FunctionWithALongName${index}`, { entry, monitoring: false }),
      );
    const slo = api.node.findChild('Slo').node.findChild('availability').node.findChild('Resource');
    expect(slo.node.validate()).toEqual([expect.stringContaining('Cloud Monitoring takes 2048')]);
  });
});

describe('the dashboard', () => {
  const dashboardOf = (stack: Stack) => {
    const [{ dashboard_json }] = Object.values(resourcesOf(stack, 'google_monitoring_dashboard')) as [{ dashboard_json: string }];
    return JSON.parse(dashboard_json).mosaicLayout.tiles as {
      xPos: number;
      yPos: number;
      width: number;
      height: number;
      widget: any;
    }[];
  };

  test('has charts for each construct', () => {
    const stack = newWatchedStack();
    everything(stack);
    const tiles = dashboardOf(stack);
    expect(tiles.map(({ widget }) => widget.title)).toEqual([
      'Incidents',
      'shop/Shop: availability over 30 days, error budget left',
      'shop/Shop: latency over 30 days, error budget left',
      'shop/Shop/Api: availability over 30 days, error budget left',
      'Api: Requests',
      'Api: Errors',
      'Api: Latency',
      'Work: Invocations',
      'Work: Duration',
      'Work: Memory',
      'Work/Daily: Runs',
      'Work/Often: Runs',
      'Work/Weekly: Runs',
      'Orders: Messages',
      'Orders: Oldest message',
    ]);
    expect(tiles[0]?.widget.incidentList.policyNames).toHaveLength(12 + 3 * 4);
    // `$${` is how Terraform says `${`.
    expect(tiles[8]?.widget.xyChart.dataSets[1]).toEqual({
      plotType: 'LINE',
      targetAxis: 'Y1',
      legendTemplate: 'p95',
      timeSeriesQuery: {
        prometheusQuery:
          'histogram_quantile(0.95, sum by (le) (increase(run_googleapis_com:request_latencies_bucket' +
          '{monitored_resource="cloud_run_revision",service_name="shop-shop-work-ac8768a2"}[$${__interval}])))',
        unitOverride: 'ms',
      },
    });
  });

  test('has a hundred charts at most: many functions share them', () => {
    const { stack, service } = serviceIn();
    for (let index = 0; index < 40; index += 1) new ServerlessFunction(service, `F${index}`, { entry });
    const tiles = dashboardOf(stack);
    expect(tiles).toHaveLength(1 + 8);
    expect(tiles[1]?.widget.title).toBe('All of kind function: Invocations, invocations, the 10 with most');
    expect(tiles[1]?.widget.xyChart.dataSets[0].timeSeriesQuery.prometheusQuery).toMatch(
      /^topk\(10, sum by \(service_name\) \(increase/,
    );
    for (const { xPos, width } of tiles) expect(xPos + width).toBeLessThanOrEqual(48);
  });
});

test.skipIf(missing('terraform', terraform()))('terraform plans all of it', async () => {
  const plan = await written((stack) => {
    const service = everything(stack);
    service.addAlertChannel(new AlertChannel(stack, 'OnCall', { email: 'a@shop.example' }));
  }, planTerraform);
  expect(plan).toMatchObject({ valid: true, diagnostics: [] });
  const errors = Object.entries<any>(plan.resources).find(([address]) => address.includes('FunctionErrors'))![1];
  expect(errors.conditions[0].condition_prometheus_query_language[0].query).toContain('service_name="shop-shop-work-ac8768a2"');
});

test('many functions share policies', () => {
  const { stack, service } = serviceIn();
  for (let index = 0; index < 120; index += 1) new ServerlessFunction(service, `F${index}`, { entry });
  const conditions = conditionsOf(stack);
  const errors = Object.keys(conditions)
    .filter((id) => id.includes('Errors'))
    .sort();
  expect(errors).toEqual(['shopShop_FunctionErrors', 'shopShop_FunctionErrors2', 'shopShop_FunctionErrors3']);
  expect(Object.keys(conditions)).toHaveLength(4 * 3);
  const named = errors.flatMap((id) => conditions[id]!.query.match(/service_name=~"([^"]+)"/)![1]!.split('|'));
  expect(new Set(named).size).toBe(120);
});

test('functions that differ in timeout or channels have policies of their own', () => {
  const { stack, service } = serviceIn();
  const own = new AlertChannel(stack, 'Own', { email: 'own@shop.example' });
  new ServerlessFunction(service, 'A', { entry });
  new ServerlessFunction(service, 'B', { entry, timeout: Duration.minutes(1) });
  new ServerlessFunction(service, 'C', { entry, monitoring: { channels: [own] } });
  service.addAlertChannel(new AlertChannel(stack, 'Late', { webhook: { url: 'https://hooks.shop.example/x' } }));
  const told = Object.entries(resourcesOf(stack, POLICY))
    .filter(([id]) => /Errors|Duration/.test(id))
    .map(([id, { notification_channels, conditions }]) => [
      id.split('_').at(-1),
      /service_name=~?"([^"]+)"/
        .exec(conditions[0].condition_prometheus_query_language.query)![1]!
        .replace(/-\w{8}(?=\||$)/g, ''),
      notification_channels.map((name: string) => /channel\.(\w+?)_/.exec(name)![1]),
    ]);
  expect(told.sort()).toEqual([
    ['FunctionDuration', 'shop-shop-a', ['Late']],
    ['FunctionDuration2', 'shop-shop-b', ['Late']],
    ['FunctionDuration3', 'shop-shop-c', ['Own']],
    ['FunctionErrors', 'shop-shop-a|shop-shop-b', ['Late']],
    ['FunctionErrors2', 'shop-shop-c', ['Own']],
  ]);
});

test('a platform without monitoring has none of it', () => {
  const stack = newStack();
  new ServerlessFunction(stack, 'F', { entry });
  expect(resourcesOf(stack, POLICY)).toEqual({});
  expect(environmentOf(stack, 'F')).not.toHaveProperty('FAASTEN_METRICS');
  expect(() => new AlertChannel(stack, 'A', { email: 'a@shop.example' })).toThrow('google({ monitoring: false })');
});

const OFTEN = 'work-triggers-often-2f100fd1';

describe.skipIf(missing('promtool', available()))('Prometheus', () => {
  const stack = newWatchedStack();
  everything(stack);
  const conditions = conditionsOf(stack);

  test('reads all queries', () => {
    const rules = Object.entries(conditions).map(([alert, { query }]) => ({ alert, expr: query }));
    expect(checkRules({ groups: [{ name: 'all', rules }] })).toBe('');
  });

  const run = (name: string, labels = '') =>
    `run_googleapis_com:${name}{monitored_resource="cloud_run_revision",service_name="shop-shop-work-ac8768a2"${labels}}`;
  const sub = (name: string, id: string, labels = '') =>
    `pubsub_googleapis_com:subscription_${name}{monitored_resource="pubsub_subscription",subscription_id="shop-shop-${id}"${labels}}`;
  /** What was counted, minute by minute, as a counter. */
  const counter = (name: string, added: readonly number[]) => {
    let total = 0;
    return {
      series: name,
      values: [0, ...added].map((value) => {
        total += value;
        return total;
      }),
    };
  };
  const minutes = (count: number, value: (minute: number) => number) =>
    Array.from({ length: count }, (_, minute) => value(minute));
  const gives = (
    id: string,
    series: Parameters<typeof testRules>[2],
    atMinute: number,
    value?: number,
    labels = '{service_name="shop-shop-work-ac8768a2"}',
  ) =>
    testRules({ groups: [] }, 60, series, [
      { expr: conditions[id]!.query, atSeconds: atMinute * 60, samples: value === undefined ? [] : [{ labels, value }] },
    ]);

  test('errors: a share and two at least', () => {
    const requests = (bad: (minute: number) => number) => [
      counter(
        run('request_count', ',response_code_class="2xx"'),
        minutes(10, () => 94),
      ),
      counter(run('request_count', ',response_code_class="5xx"'), minutes(10, bad)),
    ];
    expect(
      gives(
        'shopShop_FunctionErrors',
        requests(() => 6),
        10,
        6,
      ),
    ).toBe('');
    expect(
      gives(
        'shopShop_FunctionErrors',
        requests(() => 4),
        10,
      ),
    ).toBe('');
    const few = [
      counter(
        run('request_count', ',response_code_class="2xx"'),
        minutes(10, () => 0),
      ),
      counter(
        run('request_count', ',response_code_class="5xx"'),
        minutes(10, (minute) => (minute === 7 ? 1 : 0)),
      ),
    ];
    expect(gives('shopShop_FunctionErrors', few, 10)).toBe('');
  });

  test('throttles: in two of three periods', () => {
    const name =
      'logging_googleapis_com:user_shop_faasten_throttles_70e27f37{monitored_resource="cloud_run_revision",service_name="shop-shop-work-ac8768a2"}';
    const throttled = (when: (minute: number) => boolean) => [
      counter(
        name,
        minutes(30, (minute) => (when(minute) ? 5 : 0)),
      ),
    ];
    expect(
      gives(
        'shopShop_FunctionThrottles',
        throttled((minute) => minute >= 20),
        30,
        2,
      ),
    ).toBe('');
    expect(
      gives(
        'shopShop_FunctionThrottles',
        throttled((minute) => minute >= 26),
        30,
      ),
    ).toBe('');
  });

  test('messages that wait: in both periods', () => {
    const age = (from: number) => [
      {
        series: sub('oldest_unacked_message_age', 'orders-44df73f2'),
        values: minutes(31, (minute) => (minute >= from ? 1000 : 10)),
      },
    ];
    const labels = '{subscription_id="shop-shop-orders-44df73f2"}';
    expect(gives('shopShop_QueueMessageAge', age(20), 30, 2, labels)).toBe('');
    expect(gives('shopShop_QueueMessageAge', age(28), 30, undefined, labels)).toBe('');
  });

  test('runs: none that reached the function', () => {
    const pushed = (labels: string, every: number) =>
      counter(
        sub('push_request_count', OFTEN, labels),
        minutes(60, (minute) => (minute % every === 0 ? 1 : 0)),
      );
    expect(gives('shopShopWorkOften_ScheduleMissedRun', [pushed(',response_class="ack"', 5)], 60, undefined, '{}')).toBe('');
    expect(
      gives('shopShopWorkOften_ScheduleMissedRun', [pushed(',response_class="remote_server_5xx"', 5)], 60, undefined, '{}'),
    ).toBe('');
    expect(gives('shopShopWorkOften_ScheduleMissedRun', [pushed(',response_class="ack"', 59)], 50, 1, '{}')).toBe('');
    expect(gives('shopShopWorkOften_ScheduleMissedRun', [pushed(',response_class="remote_server_4xx"', 5)], 60, 1, '{}')).toBe(
      '',
    );
    expect(gives('shopShopWorkOften_ScheduleMissedRun', [], 60, 1, '{}')).toBe('');
  });

  test('objectives: what both windows hold', () => {
    const name = (outcome: string) =>
      `logging_googleapis_com:user_shop_faasten_invocations_66cf16db{monitored_resource="cloud_run_revision",service="shop/Shop",outcome="${outcome}"}`;
    const reported = (good: number, bad: (minute: number) => number) => [
      counter(
        name('ok'),
        minutes(70, () => good),
      ),
      counter(name('error'), minutes(70, bad)),
    ];
    const page = 'Shop_Monitoring_Slo_availability_Burn1h';
    // 2 % is more than 14.4 times the 0.1 % that may be bad; 1 % is not.
    expect(
      gives(
        page,
        reported(98, () => 2),
        70,
        0.02,
        '{}',
      ),
    ).toBe('');
    expect(
      gives(
        page,
        reported(99, () => 1),
        70,
      ),
    ).toBe('');
    // Over: the long window still burns, the short one does not.
    expect(
      gives(
        page,
        reported(98, (minute) => (minute < 60 ? 2 : 0)),
        70,
      ),
    ).toBe('');
    // One failure at night.
    expect(
      gives(
        page,
        reported(0, (minute) => (minute === 67 ? 1 : 0)),
        70,
      ),
    ).toBe('');
  });
});
