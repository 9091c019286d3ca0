import { createServer } from 'node:net';
import { describe } from '../../core/describe.js';
import { FaastenError } from '../../core/errors.js';
import { shortNames } from '../../core/lookup.js';
import type { Inspector, LiveListener, RunningConsole, RunningLocal } from '../../platforms/local/index.js';
import { loadConfig, type Project } from '../config.js';

/** Where the first API listens, unless told. */
const PORT = 3000;
/** Ports that are tried after it. */
const TRIES = 20;
/** Where the console listens, if it can, so that it is where it was last time. */
const CONSOLE_PORT = 4000;

export interface SessionOptions {
  /** Without it, the first free one from 3000 on. */
  readonly port?: number;
  readonly host: string;
  readonly envFile: string;
  readonly dataDirectory: string;
  /** Where the console was before. */
  readonly consolePort?: number;
}

/** A service that is running, and what it was made of. */
export interface Session {
  readonly running: RunningLocal;
  /** Short names of functions, by construct path. */
  readonly names: ReadonlyMap<string, string>;
  /** Files a change of which changes the service. */
  readonly files: readonly string[];
  /** Of the first API. */
  readonly port: number;
  readonly console: RunningConsole;
  close(): Promise<void>;
}

/** Only commands that run a service load what runs it. */
export function local(): typeof import('../../platforms/local/index.js') {
  return require('../../platforms/local/index.js');
}

/** A service that is loaded, and runs when `start` is called. */
export interface Prepared {
  start(options: SessionOptions, listener: LiveListener): Promise<Session>;
}

/**
 * Loads the config anew.
 * @throws what the config throws
 */
export async function prepare(project: Project): Promise<Prepared> {
  const { build, files } = await loadConfig(project);
  const { LocalApp, startLocal } = local();
  const app = new LocalApp();
  await build(app);
  const { functions, apis, webSocketApis = [] } = describe(app);
  return {
    async start(options, listener) {
      const port = await portFor(options, apis.length + webSocketApis.length);
      const { host, envFile, dataDirectory } = options;
      const running = await startLocal(app, { port, host, envFile, dataDirectory });
      running.subscribe(listener);
      const console = await startConsoleFor(running.inspector, options.consolePort);
      const [url] = Object.values(running.urls);
      return {
        running,
        console,
        names: shortNames(functions.map(({ path }) => path)),
        files: [...files, envFile],
        port: url === undefined ? port : Number(new URL(url).port),
        async close() {
          await console.close();
          await running.close();
        },
      };
    },
  };
}

/** On its own port, or any where that is taken. */
async function startConsoleFor(inspector: Inspector, port = CONSOLE_PORT): Promise<RunningConsole> {
  const { startConsole } = local();
  return (await isFree(port, '127.0.0.1')) ? startConsole({ inspector, port }) : startConsole({ inspector });
}

/**
 * The first of as many free ports as are needed.
 * @throws when the one that was asked for is taken
 */
async function portFor({ port, host }: SessionOptions, count: number): Promise<number> {
  for (let first = port ?? PORT; first < (port ?? PORT) + TRIES; first++) {
    const ports = Array.from({ length: Math.max(1, count) }, (_, index) => (first === 0 ? 0 : first + index));
    const free = await Promise.all(ports.map((each) => isFree(each, host)));
    if (free.every(Boolean)) return first;
    if (port !== undefined) {
      const taken = ports[free.indexOf(false)];
      throw new FaastenError('port-taken', `port ${taken} is taken by another program; end that, or choose another with --port`);
    }
  }
  throw new FaastenError('port-taken', `the ports from ${PORT} to ${PORT + TRIES} are taken; choose another with --port`);
}

/** @throws when the address is none of this machine */
function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EADDRINUSE') resolve(false);
      else if (code === 'EACCES')
        reject(new FaastenError('port-refused', `port ${port} may not be listened on (${code}); choose one above 1023`));
      else
        reject(
          new FaastenError(
            'host-unknown',
            `cannot listen on '${host}' (${code}); give an address of this machine, as in --host 127.0.0.1`,
          ),
        );
    });
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
