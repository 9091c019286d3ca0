import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Construct } from 'constructs';
import { Bucket, Duration, HttpApi, Queue, Schedule, Secret, ServerlessFunction, Service, Topic } from '../../../lib/index.js';
import {
  type InvocationSummary,
  LocalApp,
  type LocalOptions,
  type RunningLocal,
  startLocal,
  VirtualClock,
} from '../../../lib/platforms/local/index.js';

/** A service with one of everything, whose functions tell what they see. */
export class Everything extends Service {
  constructor(scope: Construct, id = 'Test') {
    super(scope, id, { root: __dirname });
    const jobs = new Queue(this, 'Jobs', { maxAttempts: 3 });
    const news = new Topic(this, 'News');
    const files = new Bucket(this, 'Files');
    const worker = new ServerlessFunction(this, 'Worker', {
      entry: 'handlers/worker.ts',
      triggers: {
        Jobs: jobs.messages({ batchSize: 5 }),
        News: news.messages({ filter: { status: ['paid', 'refused'] } }),
        Nightly: Schedule.cron('30 2 * * *', { timeZone: 'Europe/Berlin' }),
        Upload: files.objects({ events: ['created', 'deleted'], prefix: 'raw/', suffix: '.jpg' }),
      },
      secrets: { API_KEY: Secret.fromName('test/api-key') },
    });
    const web = new ServerlessFunction(this, 'Web', {
      entry: 'handlers/web.ts',
      memoryMiB: 64,
      timeout: Duration.seconds(2),
      links: { jobs, news, files: files.readWrite(), worker },
    });
    new HttpApi(this, 'Api', {
      cors: { origins: ['https://shop.example'] },
      routes: { 'ANY /{what}': web, 'GET /fixed/{path+}': web },
    });
  }
}

export interface Started extends RunningLocal {
  readonly clock: VirtualClock;
  /** Fields of what functions logged as `seen`, in order. */
  readonly seen: Record<string, any>[];
  /** Invocations that ended. */
  readonly ended: InvocationSummary[];
  readonly url: string;
  /** Lets time pass, and all that follows from it happen. */
  pass(milliseconds: number): Promise<void>;
}

/** Starts a service in memory, at a moment of a virtual clock. */
export async function start(
  build: (app: LocalApp) => void,
  options: LocalOptions & { readonly at?: string } = {},
): Promise<Started> {
  const clock = new VirtualClock(new Date(options.at ?? '2026-06-01T12:00:00Z'));
  const app = new LocalApp();
  build(app);
  const running = await startLocal(app, {
    port: 0,
    metricsPort: 0,
    dataDirectory: false,
    envFile: join(__dirname, 'secrets.env'),
    clock,
    watch: false,
    telemetry: false,
    ...options,
  });
  const seen: Record<string, any>[] = [];
  const ended: InvocationSummary[] = [];
  running.subscribe((event) => {
    if (event.type === 'log' && event.line.message === 'seen') seen.push(event.line.fields as Record<string, any>);
    if (event.type === 'invocation' && event.invocation.status !== 'running') ended.push(event.invocation);
  });
  return {
    ...running,
    ...{ clock, seen, ended, url: Object.values(running.urls)[0] ?? '' },
    pass: (milliseconds) => clock.goTo(clock.now() + milliseconds, () => running.settled()),
  };
}

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'faasten-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
