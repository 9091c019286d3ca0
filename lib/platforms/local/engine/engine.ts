import { cpus } from 'node:os';
import type { BundleRequest } from '../../../bundling/index.js';
import type { LiveEvent, LiveListener } from '../console/protocol.js';
import type { LocalModel } from '../model.js';
import type { Clock } from './clock.js';
import { FunctionCode } from './code.js';
import { environmentOf } from './environment.js';
import { ApiServer } from './http.js';
import { type Done, FunctionRunner, type Recorder } from './runner.js';
import { Secrets } from './secrets.js';

export interface EngineOptions {
  readonly clock: Clock;
  readonly host: string;
  readonly port: number;
  readonly allowedHosts: readonly string[];
  readonly envFile: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds after which an idle worker ends. */
  readonly idle: number;
}

/** Most workers of a function that says nothing: enough for one that calls itself, and few enough for one machine. */
const MAX_WORKERS = Math.max(8, 2 * cpus().length);

/** Runs one model. Several may run in one process: everything they have is in here. */
export class Engine {
  readonly runners = new Map<string, FunctionRunner>();
  readonly apis: ApiServer[] = [];
  private readonly listeners = new Set<LiveListener>();

  constructor(
    readonly model: LocalModel,
    private readonly code: (functionPath: string) => BundleRequest,
    private readonly options: EngineOptions,
  ) {}

  async start(): Promise<void> {
    const { host, allowedHosts, envFile, clock, environment, idle } = this.options;
    let { port } = this.options;
    for (const api of Object.values(this.model.apis)) {
      const server = new ApiServer(api, { host, port, allowedHosts });
      await server.listen();
      this.apis.push(server);
      if (port > 0) port++;
    }
    const urls = new Map(this.apis.map(({ model, url }) => [model.path, url]));
    const secrets = new Secrets(envFile);
    const recorder: Recorder = {
      begin: (invocation) => this.emit({ type: 'invocation', invocation }),
      log: (invocationId, line) => this.emit({ type: 'log', invocationId, line }),
      end: (invocation: Done['summary']) => this.emit({ type: 'invocation', invocation }),
    };
    for (const [path, fn] of Object.entries(this.model.functions)) {
      const code = new FunctionCode(() => this.code(path));
      const settings = {
        memoryMiB: fn.memoryMiB,
        environment: environmentOf(fn, secrets, urls, environment),
        maxWorkers: fn.maxConcurrency ?? MAX_WORKERS,
        warmWorkers: fn.warmInstances,
        idle,
      };
      const links = async () => {
        throw new Error('is not there yet');
      };
      this.runners.set(
        path,
        new FunctionRunner(
          fn,
          settings,
          links,
          () => code.current(),
          recorder,
          () => clock.now(),
        ),
      );
    }
    for (const server of this.apis) server.route(this.runners);
  }

  subscribe(listener: LiveListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    await Promise.all(this.apis.map((server) => server.close()));
    await Promise.all([...this.runners.values()].map((runner) => runner.close()));
  }

  private emit(event: LiveEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}
