/** A real Prometheus scrapes the local platform, whose metrics promtool accepts. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { missing } from '../../engines/engine.js';
import { available, startPrometheus } from '../../engines/prometheus.js';
import { Everything, start } from './service.js';

const folder = mkdtempSync(join(tmpdir(), 'faasten-scraped-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(missing('prometheus', available()))('Prometheus', () => {
  test('scrapes all functions at one address, by the names of those on Kubernetes', async () => {
    const running = await start((app) => new Everything(app));
    for (let index = 0; index < 3; index += 1) await fetch(`${running.url}/send`, { method: 'POST', body: '{}' });
    await running.settled();
    const input = await (await fetch(running.metricsUrl)).text();
    expect(spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })).toMatchObject({ status: 0, stdout: '' });
    const address = `127.0.0.1:${new URL(running.metricsUrl).port}`;
    const prometheus = await startPrometheus(folder, { groups: [] }, [{ address, labels: {} }]);
    try {
      const value = async (expr: string) => (await prometheus.query(expr))[0]?.value;
      const web = 'faasten_invocations_total{function="Test/Web",service="Test",kind="http"}';
      await expect.poll(() => value(web), { timeout: 30_000 }).toBe(3);
      expect(await value('faasten_cold_starts_total{function="Test/Worker",kind="queue",trigger="Jobs"}')).toBe(1);
      expect(await value('faasten_queue_dead_letters{queue="Test/Jobs"}')).toBe(0);
    } finally {
      await prometheus.stop();
      await running.close();
    }
  });
});
