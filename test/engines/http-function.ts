/** Functions that are HTTP servers: on Google's functions-framework, and as Knative runs them. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Availability, freePort } from './engine.js';
import { node, available as nodeAvailable } from './node.js';
import { listening, start } from './process.js';

export interface HttpFunction {
  /** `http://127.0.0.1:<port>`, no slash at the end. */
  readonly url: string;
  /** What it printed so far: its log. */
  output(): string;
  /** Ends it, as the platform does: SIGTERM first. */
  stop(): Promise<void>;
}

const PRELOAD = join(__dirname, 'preload', 'loopback.cjs');

export function available(): Availability {
  return nodeAvailable(24);
}

/**
 * Starts what a Cloud Function's zip holds, on Google's functions-framework and Node 24. As in the cloud, `main` of its
 * package.json says which module; `handler` is the export; the signature is `http`.
 */
export async function startOnFunctionsFramework(
  directory: string,
  environment: Readonly<Record<string, string>> = {},
  target = 'handler',
): Promise<HttpFunction> {
  const main = createRequire(__filename).resolve('@google-cloud/functions-framework');
  const program = join(main, '..', 'main.js');
  return serve(directory, environment, [program, `--source=${directory}`, `--target=${target}`, '--signature-type=http']);
}

/** Starts what a Knative Service runs, on Node 24: `node index.mjs`, which listens on `$PORT`. */
export async function startServer(
  directory: string,
  environment: Readonly<Record<string, string>> = {},
  file = 'index.mjs',
): Promise<HttpFunction> {
  return serve(directory, environment, [file]);
}

async function serve(directory: string, environment: Readonly<Record<string, string>>, args: string[]): Promise<HttpFunction> {
  const port = await freePort();
  const program = start(node(24), ['--require', PRELOAD, ...args], {
    cwd: directory,
    environment: { ...environment, PORT: String(port) },
  });
  await listening(program, port);
  return { url: `http://127.0.0.1:${port}`, output: () => program.output(), stop: () => program.stop() };
}
