/**
 * How smooth the console's graph is: a service of 100 functions at 1,000 invocations a second, watched in a real browser.
 * `npx tsx bench/console.ts [functions] [invocations per second]`
 */
import { join } from 'node:path';
import { FakeInspector } from '../console/dev/fake.js';
import type { GraphEdge, GraphNode, InvocationSummary, ServiceGraph } from '../lib/platforms/local/console/protocol.js';
import { startConsole } from '../lib/platforms/local/console/server.js';
import { launchChromium, openPage } from '../test/engines/chromium.js';

const SECONDS = 10;
const TICK_MS = 20;

/** Routes to a third of the functions, queues to another, topics to the rest; each uses the queue of the next. */
function service(count: number): ServiceGraph {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const routes = [];
  for (let index = 0; index < count; index++) {
    const id = `Big/Function${index}`;
    nodes.push({
      kind: 'function',
      id,
      label: `Function${index}`,
      memoryMiB: 128,
      timeoutSeconds: 30,
      environment: [],
      secrets: [],
    });
    if (index % 3 === 0) {
      const key = `GET /things/${index}/{id}`;
      routes.push({ key, method: 'GET', path: `/things/${index}/{id}`, functionId: id });
      edges.push({ id: `in ${index}`, from: 'Big/Api', to: id, kind: 'route', label: key });
      edges.push({ id: `out ${index}`, from: id, to: `Big/Queue${index + 1}`, kind: 'link', label: 'next', detail: 'send' });
    } else {
      const kind = index % 3 === 1 ? 'queue' : 'topic';
      const source = `Big/${kind === 'queue' ? 'Queue' : 'Topic'}${index}`;
      const label = source.slice(4);
      nodes.push(kind === 'queue' ? { kind, id: source, label, maxAttempts: 5, fifo: false } : { kind, id: source, label });
      edges.push({ id: `in ${index}`, from: source, to: id, kind: 'trigger', label: 'Messages' });
      if (kind === 'queue')
        edges.push({ id: `out ${index}`, from: id, to: `Big/Topic${index + 1}`, kind: 'link', label: 'news' });
    }
  }
  nodes.push({ kind: 'api', id: 'Big/Api', label: 'Api', url: '', routes, authorizers: [] });
  const ids = new Set(nodes.map(({ id }) => id));
  return { service: 'Big', revision: 1, nodes, edges: edges.filter(({ from, to }) => ids.has(from) && ids.has(to)) };
}

async function main(): Promise<void> {
  const [functions = 100, perSecond = 1000] = process.argv.slice(2).map(Number);
  const graph = service(functions);
  class Busy extends FakeInspector {
    override graph() {
      return graph;
    }
  }
  const inspector = new Busy({ empty: true });
  const running = await startConsole({ inspector, pages: join(__dirname, '..', 'dist', 'console') });
  const browser = await launchChromium();
  const { page, complaints } = await openPage(browser, running.url, { viewport: { width: 1600, height: 1000 } });
  await page.goto('/');
  await page.locator('.graph-node').first().waitFor();

  let made = 0;
  const one = () => {
    const index = made++ % functions;
    const failed = made % 37 === 0;
    const summary: InvocationSummary = {
      ...{ id: `run-${made}`, functionId: `Big/Function${index}`, traceId: 'f'.repeat(32), attempt: 1, startTimeMs: Date.now() },
      ...{ origin: { kind: 'queue', title: '1 message' }, status: failed ? 'failed' : 'succeeded', durationMs: 4 },
    };
    inspector.emit({ type: 'invocation', invocation: { ...summary, status: 'running', durationMs: undefined } });
    inspector.emit({ type: 'log', invocationId: summary.id, line: { timeMs: Date.now(), level: 'info', message: 'one line' } });
    inspector.emit({ type: 'traffic', edgeId: `in ${index}`, count: 1, failed: failed ? 1 : 0, throttled: 0 });
    inspector.emit({ type: 'traffic', edgeId: `out ${index}`, count: 1, failed: 0, throttled: 0 });
    inspector.emit({ type: 'invocation', invocation: summary });
  };
  const started = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - started) / 1000) * perSecond;
    while (made < due) one();
  }, TICK_MS);
  await page.waitForTimeout(2000);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const spent = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return new Map(metrics.map(({ name, value }) => [name, value]));
  };
  const before = await spent();
  const measured = await page.evaluate<{
    frames: number[];
    longTasks: number[];
    nodes: number;
    heap: number;
  }>(`new Promise((done) => {
    const frames = [], longTasks = [];
    new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
    let last = performance.now();
    const end = last + ${SECONDS * 1000};
    const frame = (now) => {
      frames.push(now - last);
      last = now;
      if (now < end) requestAnimationFrame(frame);
      else done({ frames, longTasks, nodes: document.querySelectorAll('*').length, heap: performance.memory?.usedJSHeapSize ?? 0 });
    };
    requestAnimationFrame(frame);
  })`);
  const after = await spent();
  await page.screenshot({ path: process.env.PICTURE ?? 'out/console-bench.png' });
  clearInterval(timer);
  const sorted = measured.frames.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(1);
  console.log(`${functions} functions, ${Math.round(made / ((performance.now() - started) / 1000))} invocations a second`);
  console.log(
    `frames: ${(sorted.length / SECONDS).toFixed(0)} a second; p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms`,
  );
  const share = (name: string) => `${Math.round(((after.get(name)! - before.get(name)!) / SECONDS) * 100)} %`;
  console.log(
    `main thread: ${share('TaskDuration')} busy; scripts ${share('ScriptDuration')}, styles ${share('RecalcStyleDuration')}, layout ${share('LayoutDuration')}`,
  );
  console.log(`long tasks: ${measured.longTasks.length}, most ${Math.max(0, ...measured.longTasks).toFixed(0)} ms`);
  console.log(`elements: ${measured.nodes}; heap ${(measured.heap / 1e6).toFixed(0)} MB`);
  if (complaints.length > 0) console.log(complaints.slice(0, 5));
  await browser.close();
  await running.close();
  inspector.stop();
}

void main();
