import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { IConstruct } from 'constructs';
import type { Duration } from '../../core/duration.js';
import { platformOf } from '../../core/scope.js';
import type { Inspector, LiveListener } from './console/protocol.js';
import { type Clock, realClock } from './engine/clock.js';
import { Engine } from './engine/engine.js';
import type { FaultInjector } from './engine/faults.js';
import { LocalInspector } from './engine/inspector/inspector.js';
import type { Call, Done } from './engine/runner.js';
import type { LocalPlatform } from './platform.js';
import { ISSUER_FILE } from './token.js';

export interface LocalOptions {
  /**
   * Port of the first API; further ones get the ports after it. 0 is any free port.
   * @default 3000
   */
  readonly port?: number;
  /**
   * Address to listen on. Anything but loopback lets others on the network in.
   * @default '127.0.0.1'
   */
  readonly host?: string;
  /**
   * Names besides `localhost` by which the APIs may be called.
   * @default - none
   */
  readonly allowedHosts?: readonly string[];
  /**
   * File with the values of secrets; `false` for none.
   * @default '.env'
   */
  readonly envFile?: string | false;
  /**
   * Environment variables of every function, over its own.
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Port of the engine itself: `/metrics`, and signed URLs of objects. Another free one where it is taken.
   * @default 9464
   */
  readonly metricsPort?: number;
  /**
   * OpenTelemetry's variables, which say where spans and metrics are sent: `OTEL_EXPORTER_OTLP_ENDPOINT`, and those beside it for
   * one signal, headers and the interval. `false` sends nothing.
   * @default - those of the process
   */
  readonly telemetry?: Readonly<Record<string, string | undefined>> | false;
  /**
   * Folder for everything that outlives the process: messages, history, objects. `false` keeps messages and history in memory, and
   * objects in a temporary folder.
   * @default '.faasten/local'
   */
  readonly dataDirectory?: string | false;
  /**
   * Whether functions are loaded again when a file of theirs is saved.
   * @default true
   */
  readonly watch?: boolean;
  /**
   * How long after a failed delivery the next one is.
   * @default - a second, doubled with each attempt, a minute at most
   */
  backoff?(attempt: number): Duration;
  /**
   * Time of schedules, retries and delays.
   * @default - the machine's
   */
  readonly clock?: Clock;
  /**
   * Values of secrets, by the name that `Secret.fromName()` was given; before those of the file.
   * @default - none
   */
  readonly secrets?: Readonly<Record<string, string>>;
  /** @internal What goes wrong on purpose. */
  readonly faults?: FaultInjector;
}

/** A service that runs. */
export interface RunningLocal {
  /** Base URL of each API, by construct path; no slash at the end. `ws://…` of WebSocket APIs, which come last. */
  readonly urls: Readonly<Record<string, string>>;
  /** Where Prometheus finds the metrics. */
  readonly metricsUrl: string;
  /** What the console sees and may do. */
  readonly inspector: Inspector;
  /** Calls `listener` for everything that happens until the returned function is called. */
  subscribe(listener: LiveListener): () => void;
  /** Resolves when nothing runs and nothing is to be written. */
  settled(): Promise<void>;
  /**
   * @internal Runs one function, past everything that usually leads to it.
   */
  invoke(functionPath: string, call: Call): Promise<Done>;
  /** @internal Has a function run without waiting for it. `body` is JSON. */
  start(functionPath: string, body?: string): Promise<void>;
  /** Ends workers, servers and the store. What is being delivered gets a moment to end. */
  close(): Promise<void>;
}

/** Milliseconds that a worker with nothing to do stays. */
const IDLE = 5 * 60_000;

/** Most workers of a function that says nothing: enough for one that calls itself, and few enough for one machine. */
const MAX_WORKERS = Math.max(8, 2 * availableParallelism());

/**
 * Runs everything that was declared below a `LocalApp`.
 * @throws FaastenError when a port is taken, or another process works on the data
 */
export async function startLocal(app: IConstruct, options: LocalOptions = {}): Promise<RunningLocal> {
  const platform = platformOf(app) as LocalPlatform;
  const { code } = platform;
  const { dataDirectory = join('.faasten', 'local'), backoff } = options;
  const temporary = dataDirectory === false ? mkdtempSync(join(tmpdir(), 'faasten-local-')) : undefined;
  const folder = resolve(temporary ?? (dataDirectory as string));
  const engine = new Engine(platform.model, (path) => code.get(path)!.request()!, {
    clock: options.clock ?? realClock,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 3000,
    ownPort: options.metricsPort ?? 9464,
    allowedHosts: (options.allowedHosts ?? []).map((name) => name.toLowerCase()),
    envFile: options.envFile === false ? undefined : resolve(options.envFile ?? '.env'),
    environment: options.environment ?? {},
    secrets: options.secrets ?? {},
    faults: options.faults,
    telemetry: options.telemetry === false ? {} : (options.telemetry ?? process.env),
    storeFolder: temporary === undefined ? join(folder, 'store') : undefined,
    bucketsFolder: join(folder, 'buckets'),
    issuerFile: temporary === undefined ? join(folder, ISSUER_FILE) : undefined,
    maxWorkers: MAX_WORKERS,
    idle: IDLE,
    watch: options.watch ?? true,
    backoff: (attempt) => backoff?.(attempt).toMilliseconds() ?? Math.min(60_000, 1000 * 2 ** (attempt - 1)),
  });
  const forget = () => temporary !== undefined && rmSync(temporary, { recursive: true, force: true });
  try {
    await engine.start();
  } catch (error) {
    forget();
    throw error;
  }
  const inspector = new LocalInspector(engine);
  return {
    urls: Object.fromEntries(engine.urls),
    metricsUrl: `${engine.ownUrl}/metrics`,
    inspector,
    subscribe: (listener) => inspector.subscribe(listener),
    settled: () => engine.settled(),
    async start(functionPath, body) {
      const origin = { kind: 'call' as const, title: 'started by hand' };
      const traceId = randomBytes(16).toString('hex');
      await engine.parts.deliveries.event(functionPath, { kind: 'call', body, traceId, origin });
    },
    invoke: (functionPath, call) => engine.runners.get(functionPath)!.run(call),
    async close() {
      await engine.close();
      forget();
    },
  };
}
