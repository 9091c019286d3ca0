import { resolve } from 'node:path';
import type { IConstruct } from 'constructs';
import { platformOf } from '../../core/scope.js';
import type { LiveListener } from './console/protocol.js';
import { type Clock, realClock } from './engine/clock.js';
import { Engine } from './engine/engine.js';
import type { LocalPlatform } from './platform.js';

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
   * Time of schedules, retries and delays.
   * @default - the machine's
   */
  readonly clock?: Clock;
}

/** A service that runs. */
export interface RunningLocal {
  /** Base URL of each API, by construct path; no slash at the end. */
  readonly urls: Readonly<Record<string, string>>;
  /** Calls `listener` for everything that happens until the returned function is called. */
  subscribe(listener: LiveListener): () => void;
  /** Ends workers, servers and the store. */
  close(): Promise<void>;
}

/** Milliseconds that a worker with nothing to do stays. */
const IDLE = 5 * 60_000;

/** Runs everything that was declared below a `LocalApp`. */
export async function startLocal(app: IConstruct, options: LocalOptions = {}): Promise<RunningLocal> {
  const platform = platformOf(app) as LocalPlatform;
  const { code } = platform;
  const engine = new Engine(platform.model, (path) => code.get(path)!.request()!, {
    clock: options.clock ?? realClock,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 3000,
    allowedHosts: (options.allowedHosts ?? []).map((name) => name.toLowerCase()),
    envFile: options.envFile === false ? undefined : resolve(options.envFile ?? '.env'),
    environment: options.environment ?? {},
    idle: IDLE,
  });
  await engine.start();
  return {
    urls: Object.fromEntries(engine.apis.map(({ model, url }) => [model.path, url])),
    subscribe: (listener) => engine.subscribe(listener),
    close: () => engine.close(),
  };
}
