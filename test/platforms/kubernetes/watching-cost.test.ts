import { App, Chart } from 'cdk8s';
import { expect, test } from 'vitest';
import { Duration, HttpApi, Queue, ServerlessFunction, Service } from '../../../lib/index.js';
import { KubernetesService } from '../../../lib/platforms/kubernetes/index.js';
import { Registry } from '../../../lib/runtime/prometheus.js';
import { synthesize } from '../../../lib/testing/index.js';

const SCRAPES = 30 * 24 * 60 * 4;
const MINUTES = 30 * 24 * 60;
const entry = __filename;

function shop() {
  const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
  const service = new Service(chart, 'Shop', {
    slo: { availability: 99.9, latency: { percentile: 95, threshold: Duration.millis(300) } },
  });
  const orders = new Queue(service, 'Orders');
  const work = new ServerlessFunction(service, 'Work', { entry, triggers: { Orders: orders.messages() } });
  new HttpApi(service, 'Api', { routes: { 'GET /': work } });
  return { chart, service };
}

/** Series that a function shows after it was entered in two ways. */
function shown(boundsMillis: readonly number[]): string[] {
  const registry = new Registry(boundsMillis);
  const report = {
    function: 'Shop/Work',
    durationMs: 1,
    initMs: 1,
    memoryUsedMiB: 50,
    invocations: 1,
    errors: 0,
    timeouts: 0,
    coldStarts: 1,
  };
  registry.observe({ ...report, kind: 'http' } as never);
  registry.observe({ ...report, kind: 'queue', trigger: 'Orders' } as never);
  return registry
    .text()
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
}

test('what watching a service costs: series that are scraped and recorded, and rules', () => {
  const { chart, service } = shop();
  const { alarms, parts, usdPerMonth } = KubernetesService.watchingCost(service);
  const manifests = synthesize(chart) as any[];
  const [{ rules }] = manifests.find(({ kind }) => kind === 'PrometheusRule').spec.groups;
  const environment = manifests
    .filter(({ kind }) => kind === 'Service')
    .flatMap(({ spec }) => spec.template.spec.containers[0].env)
    .find(({ name }) => name === 'FAASTEN_LATENCY_BOUNDS_MS');
  const scraped = shown(environment.value.split(',').map(Number));
  // All but what says how long it took altogether is recorded, of what has to do with invocations.
  const recorded = scraped.filter((line) => !/_sum|_count|memory_used/.test(line)).length + 4;
  expect(alarms).toBe(rules.filter((rule: any) => rule.alert).length);
  expect(parts).toEqual({
    series: { count: scraped.length + recorded, usdEach: 0 },
    samples: { count: scraped.length * SCRAPES + recorded * MINUTES, usdEach: 0 },
    rules: { count: rules.length, usdEach: 0 },
  });
  expect(usdPerMonth).toBe(0);
});

test.each([
  ['google', 0.06e-6],
  ['aws', 0.09e-6],
] as const)('and what a managed Prometheus of %s takes for it', (managed, price) => {
  const { service } = shop();
  const once = KubernetesService.watchingCost(service, { managed });
  const twice = KubernetesService.watchingCost(service, { managed, instances: 2 });
  expect(once.usdPerMonth).toBe(Number((once.parts.samples.count * price).toFixed(2)));
  expect(once.usdPerMonth).toBeGreaterThan(0.3);
  expect(twice.usdPerMonth).toBeGreaterThan(1.5 * once.usdPerMonth);
});

test('what is not watched costs nothing', () => {
  const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
  new ServerlessFunction(new Service(chart, 'Shop', { monitoring: false }), 'Hello', { entry });
  const { alarms, parts } = KubernetesService.watchingCost(chart);
  expect([alarms, ...Object.values(parts).map(({ count }) => count)]).toEqual([0, 0, 0, 0]);
});
