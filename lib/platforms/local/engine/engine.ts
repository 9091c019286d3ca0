import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { type BundleRequest, LiveBundle } from '../../../bundling/index.js';
import type { LocalFunctionModel, LocalModel } from '../model.js';
import { Issuer } from './access/issuer.js';
import { type Clock, realClock } from './clock.js';
import { FunctionCode } from './code.js';
import { environmentOf } from './environment.js';
import type { FaultInjector } from './faults.js';
import { Credentials } from './history/credentials.js';
import { PastEvents } from './history/events.js';
import { History } from './history/history.js';
import { Redaction } from './history/redaction.js';
import { Sampler } from './history/sampler.js';
import { ApiServer } from './http.js';
import type { GraphFacts } from './inspector/graph.js';
import { Links } from './links.js';
import { LiveStates } from './live-states.js';
import { Buses } from './mail/buses.js';
import { Deliveries } from './mail/deliveries.js';
import { Topics } from './mail/topics.js';
import { Monitoring } from './monitoring/monitoring.js';
import { Buckets } from './objects/buckets.js';
import { Signer } from './objects/signer.js';
import { OwnServer } from './own-server.js';
import { FunctionRunner } from './runner.js';
import { Schedules } from './schedules.js';
import { requireSecrets, Secrets } from './secrets.js';
import { SocketServer } from './sockets/server.js';
import { openStore, type Store } from './store.js';
import { Traces } from './traces.js';
import { Spare } from './worker/spare.js';

export interface EngineOptions {
  readonly clock: Clock;
  readonly host: string;
  readonly port: number;
  readonly ownPort: number;
  readonly allowedHosts: readonly string[];
  readonly envFile: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Values of secrets by their names, before those of the file. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly faults?: FaultInjector;
  /** OpenTelemetry's variables, which say where spans and metrics are sent. */
  readonly telemetry: Readonly<Record<string, string | undefined>>;
  /** Folder of the store; undefined keeps everything in memory. */
  readonly storeFolder: string | undefined;
  readonly bucketsFolder: string;
  /** Where the key of test tokens is; undefined keeps it in memory. */
  readonly issuerFile: string | undefined;
  /** Most workers of a function that says nothing. */
  readonly maxWorkers: number;
  /** Milliseconds after which an idle worker ends. */
  readonly idle: number;
  /** Whether code is loaded again when a file of it is saved. */
  readonly watch: boolean;
  /** Milliseconds from a failed delivery to the next one, by the number of the one that failed. */
  backoff(attempt: number): number;
}

/** Milliseconds between writes of the history. */
const FLUSH = 500;
/** Milliseconds that deliveries which run get to end when the engine stops. */
const GRACE = 2000;

/** Runs one model. Several may run in one process: everything they have is in here. */
export class Engine {
  readonly runners = new Map<string, FunctionRunner>();
  readonly apis: ApiServer[] = [];
  /** By path of the WebSocket API. */
  readonly sockets = new Map<string, SocketServer>();
  ownUrl = '';
  private store!: Store;
  private history!: History;
  private events!: PastEvents;
  private readonly credentials: Credentials;
  private deliveries!: Deliveries;
  private topics!: Topics;
  private buses!: Buses;
  private buckets!: Buckets;
  private schedules!: Schedules;
  private secrets!: Secrets;
  private own!: OwnServer;
  private spare!: Spare;
  private readonly issuer: Issuer;
  private monitoring!: Monitoring;
  private readonly traces = new Traces();
  private readonly codes = new Map<string, FunctionCode>();
  private readonly problems = new Map<string, string>();
  private flushing?: NodeJS.Timeout;

  constructor(
    readonly model: LocalModel,
    private readonly code: (functionPath: string) => BundleRequest,
    private readonly options: EngineOptions,
  ) {
    this.issuer = new Issuer(options.issuerFile);
    this.credentials = new Credentials(model);
  }

  get host(): string {
    return this.options.host;
  }

  /** What the console's inspector works on. */
  get parts() {
    const { model, history, events, credentials, deliveries, topics, buses, buckets, schedules, sockets, issuer, monitoring } =
      this;
    const now = () => this.options.clock.now();
    return {
      model,
      history,
      events,
      credentials,
      deliveries,
      topics,
      buses,
      buckets,
      schedules,
      sockets,
      issuer,
      monitoring,
      now,
    };
  }

  /** Where each API is, by its path. */
  get urls(): ReadonlyMap<string, string> {
    return new Map([...this.apis, ...this.sockets.values()].map(({ model, url }) => [model.path, url]));
  }

  graphFacts(): GraphFacts {
    const { urls } = this;
    return { urls, problems: this.problems, revision: 1, hasSecret: (name) => this.secrets.get(name) !== undefined };
  }

  /** @throws when a port is taken, or the data cannot be read; nothing runs on then */
  async start(): Promise<void> {
    try {
      await this.begin();
    } catch (error) {
      await this.abandon();
      throw error;
    }
  }

  private async begin(): Promise<void> {
    const { options, model } = this;
    const { clock } = options;
    const now = () => clock.now();
    const [first] = Object.values(model.functions);
    this.spare = new Spare(first?.memoryMiB);
    if (first) LiveBundle.warmUp();
    this.store = await openStore(options.storeFolder);
    this.secrets = new Secrets(options.envFile, options.secrets);
    // A test that moves the clock counts what it did.
    const sampler = clock === realClock ? new Sampler(() => performance.now()) : undefined;
    this.history = new History(this.store, this.credentials, sampler);
    this.history.redaction = new Redaction(secretValues(model, this.secrets));
    this.events = new PastEvents(this.store, this.credentials);
    await this.history.load();
    await this.events.load();
    const record = this.events.add.bind(this.events);

    const maxConcurrency = (fn: LocalFunctionModel) => fn.maxConcurrency ?? options.maxWorkers;
    const { backoff } = options;
    this.deliveries = new Deliveries(model, this.runners, this.store, clock, { maxConcurrency, backoff, record });
    this.topics = new Topics(model, this.deliveries, this.store, clock, record);
    this.buses = new Buses(model, this.deliveries.functions, this.store, clock, record);
    this.schedules = new Schedules(model, this.deliveries, this.store, clock, record);
    this.buckets = new Buckets(model, options.bucketsFolder, this.store, this.deliveries, now, record);
    const signer = new Signer(this.buckets);
    const { host, ownPort, allowedHosts } = options;
    this.own = new OwnServer(signer, { host, port: ownPort, allowedHosts, metrics: () => this.monitoring.metrics() });
    this.monitoring = new Monitoring(model, this.history, this.deliveries, {
      ...{ clock, traces: this.traces, variables: options.telemetry },
    });
    await this.own.listen();
    this.ownUrl = this.own.url;
    await this.listen();
    new LiveStates(this.parts);
    const { urls } = this;
    const onUse = this.monitoring.uses.bind(this.monitoring);
    const targets = {
      runners: this.runners,
      deliveries: this.deliveries,
      topics: this.topics,
      buses: this.buses,
      sockets: this.sockets,
      buckets: this.buckets,
      signer,
      now,
      onUse,
      faults: options.faults,
    };
    for (const [path, fn] of Object.entries(model.functions)) {
      const links = new Links(fn, targets);
      const settings = {
        memoryMiB: fn.memoryMiB,
        environment: environmentOf(fn, this.secrets, urls, options.environment),
        maxWorkers: maxConcurrency(fn),
        warmWorkers: fn.warmInstances,
        idle: options.idle,
        spare: this.spare,
      };
      const code = this.codeOf(path);
      const ask = links.ask.bind(links);
      const ready = async () => {
        requireSecrets(fn, this.secrets);
        return code.current();
      };
      this.runners.set(path, new FunctionRunner(fn, settings, ask, ready, this.monitoring, this.traces, now, options.faults));
    }
    for (const server of [...this.apis, ...this.sockets.values()]) server.route(this.runners);

    await this.deliveries.load();
    await this.buckets.open();
    await this.monitoring.load(this.store);
    await this.schedules.begin();
    this.deliveries.begin();
    this.monitoring.begin();
    this.flushing = setInterval(() => void this.flush().catch(() => {}), FLUSH).unref();
  }

  /** Resolves when nothing runs and nothing is to be written: what is left waits for time to pass, or for somebody outside. */
  async settled(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      // Turns of the event loop, not time: a virtual clock asks at every minute of a week.
      await turn();
      while (this.isBusy()) {
        quiet = -1;
        await pause(1);
      }
    }
  }

  async close(): Promise<void> {
    clearInterval(this.flushing);
    this.schedules.close();
    this.buckets.close();
    await Promise.all([this.own.close(), ...this.apis.map((server) => server.close())]);
    await Promise.all([...this.sockets.values()].map((server) => server.close(GRACE)));
    await this.deliveries.close(GRACE);
    await Promise.all([this.spare.close(), ...[...this.runners.values()].map((runner) => runner.close())]);
    await this.deliveries.close(GRACE);
    for (const code of this.codes.values()) await code.close();
    await this.monitoring.close();
    await this.flush();
    await this.store.close();
  }

  /** Ends what a start that failed has begun. Writes nothing, as not all was read. */
  private async abandon(): Promise<void> {
    this.schedules?.close();
    this.buckets?.close();
    const begun = [this.own, ...this.apis, this.spare, ...this.runners.values(), ...this.codes.values(), this.monitoring];
    await Promise.allSettled([...begun.map((each) => each?.close()), ...[...this.sockets.values()].map((each) => each.close(0))]);
    await this.store?.close();
  }

  private async listen(): Promise<void> {
    const { issuer } = this;
    const throttled = (edgeId: string) => this.history.passes(edgeId, 'throttled');
    const { host, allowedHosts, clock } = this.options;
    let { port } = this.options;
    for (const api of Object.values(this.model.apis)) {
      const record = this.events.add.bind(this.events);
      const forget = this.events.forget.bind(this.events);
      const now = () => clock.now();
      const server = new ApiServer(api, { host, port, allowedHosts, issuer, now, record, forget, throttled });
      await server.listen();
      this.apis.push(server);
      if (port > 0) port++;
    }
    for (const [path, websocket] of Object.entries(this.model.websockets)) {
      const server = new SocketServer(websocket, { host, port, allowedHosts, clock, issuer, throttled });
      await server.listen();
      this.sockets.set(path, server);
      if (port > 0) port++;
    }
  }

  private codeOf(path: string): FunctionCode {
    let used = false;
    const code = new FunctionCode(() => this.code(path), this.options.watch, {
      onStale: () => this.runners.get(path)!.reload(),
      onMade: (durationMs, problem) => {
        if (problem === undefined) this.problems.delete(path);
        else this.problems.set(path, problem);
        // The first use is no reload, unless it failed.
        if (used || problem !== undefined) this.history.emit({ type: 'reload', functionId: path, durationMs, problem });
        used = true;
      },
    });
    this.codes.set(path, code);
    return code;
  }

  private isBusy(): boolean {
    const runs = [...this.runners.values()].some(({ active }) => active > 0);
    return runs || this.store.busy || this.deliveries.consumers.some(({ active }) => active > 0);
  }

  private async flush(): Promise<void> {
    const changes = [...this.history.changes(), ...this.events.changes(), ...this.monitoring.changes()];
    if (changes.length > 0) await this.store.commit(changes);
  }
}

function secretValues(model: LocalModel, secrets: Secrets): string[] {
  const names = Object.values(model.functions).flatMap((fn) => Object.values(fn.secrets).map(({ name }) => name));
  return names.flatMap((name) => secrets.get(name) ?? []);
}
