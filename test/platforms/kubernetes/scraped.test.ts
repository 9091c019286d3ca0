/** Containers of a chart that run, scraped by a real Prometheus, whose alerts fire. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { HttpApi, Queue, ServerlessFunction, Service } from '../../../lib/index.js';
import { ROUTE_HEADER } from '../../../lib/runtime/wire.js';
import { freePort, missing } from '../../engines/engine.js';
import { available, startPrometheus } from '../../engines/prometheus.js';
import { type Manifest, newWatchedChart } from './charts.js';
import { Containers } from './containers.js';

const scratch = mkdtempSync(join(tmpdir(), 'faasten-scraped-'));
const containers = new Containers(scratch);
afterAll(() => {
  containers.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** The rules in a shorter time: a minute is three seconds. */
function faster(rules: object): object {
  return JSON.parse(
    JSON.stringify(rules)
      .replaceAll('[1m]', '[3s]')
      .replaceAll('offset 1m', 'offset 3s')
      .replaceAll('"interval":"1m"', '"interval":"3s"'),
  );
}

describe.skipIf(missing('prometheus', available()))('Prometheus', () => {
  test('scrapes a function and the log of dead letters, and alarms', async () => {
    const chart = newWatchedChart();
    const service = new Service(chart, 'Shop', { root: __dirname });
    const queue = new Queue(service, 'Orders');
    const fn = new ServerlessFunction(service, 'F', { entry: 'failing.ts', triggers: { Orders: queue.messages() } });
    new HttpApi(service, 'Api', { routes: { 'GET /{what}': fn } });
    const manifests = chart.toJson() as Manifest[];
    const of = (path: string) =>
      manifests.find(({ kind, metadata }) => kind === 'Service' && metadata.annotations['faasten.dev/path'] === path)!;
    const rules = manifests.find(({ kind }) => kind === 'PrometheusRule')!.spec;
    const [endpoint] = manifests.find(({ kind }) => kind === 'PodMonitor')!.spec.podMetricsEndpoints;
    const { targetLabel, replacement } = endpoint.relabelings[1];

    // Containers have an address each; here they share one, so that each needs a port of its own.
    const [port, deadPort] = [await freePort(), await freePort()];
    const f = of('shop/Shop/F');
    f.spec.template.spec.containers[0].env.find(({ name }: any) => name === 'FAASTEN_METRICS').value = `prometheus:${port}`;
    const dead = of('shop/FaastenDeadLetters');
    const [container] = dead.spec.template.spec.containers;
    container.args[1] = container.args[1].replace('9464', String(deadPort));
    const running = await containers.start(f, manifests);
    const log = await containers.start(dead, manifests);

    const request = (what: string) => fetch(`${running.url}/${what}`, { headers: { [ROUTE_HEADER]: 'GET /{what}' } });
    for (let index = 0; index < 3; index += 1) expect((await request('fail')).status).toBe(500);
    expect((await request('work')).status).toBe(200);
    const letter = await fetch(log.url, {
      method: 'POST',
      headers: {
        ...{ 'ce-specversion': '1.0', 'ce-id': '1', 'ce-type': 'a', 'ce-source': '/b' },
        'ce-knativeerrordest': `http://${f.metadata.name}.team.svc.cluster.local/_faasten/queue/Orders`,
      },
    });
    expect(letter.status).toBe(202);

    const labels = { namespace: 'team', [targetLabel]: replacement };
    const prometheus = await startPrometheus(scratch, faster(rules), [
      { address: `127.0.0.1:${port}`, labels: { ...labels, pod: 'f-1' } },
      { address: `127.0.0.1:${deadPort}`, labels: { ...labels, pod: 'd-1' } },
    ]);
    try {
      const value = async (expr: string) => (await prometheus.query(expr))[0]?.value;
      const recorded = (name: string) => value(`sum(sum_over_time(faasten:${name}:increase1m{namespace="team"}[5m]))`);
      const firing = async () =>
        (await prometheus.query('ALERTS{alertstate="firing"}')).map(({ metric }) => metric.alertname).sort();
      await expect.poll(firing, { timeout: 40_000 }).toEqual(['ApiServerErrors', 'FunctionErrors', 'QueueDeadLetters']);
      expect(await recorded('invocations')).toBe(4);
      expect(await recorded('errors')).toBe(3);
      expect(await recorded('cold_starts')).toBe(1);
      expect(await recorded('dead_letters')).toBe(1);
      expect(await value('faasten_memory_used_bytes{function="shop/Shop/F"}')).toBeGreaterThan(10_000_000);
    } finally {
      await prometheus.stop();
    }
  });
});
