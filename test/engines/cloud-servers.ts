/** Servers that answer as a cloud's services do, each started on a loopback port of its own, empty. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Availability, enginesDirectory, freePort, installed } from './engine.js';
import { listening, start } from './process.js';

export interface CloudServer {
  /** `http://127.0.0.1:<port>`: an address, not a name, so that S3 clients use path style. */
  readonly url: string;
  output(): string;
  stop(): Promise<void>;
}

/** Keys that versitygw knows; moto takes any. */
export const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

/** The keys that ministack knows. */
export const MINISTACK_KEYS = { accessKeyId: 'test', secretAccessKey: 'test' };

function available(script: string, ...path: string[]): Availability {
  const found = installed(script, ...path);
  return 'reason' in found ? found.reason : true;
}

export const awsSdkAvailable = () => available('install-aws-sdk.sh', 'aws-sdk', 'node_modules/@aws-sdk/client-sqs');
export const motoAvailable = () => available('install-moto.sh', 'moto', '.version');
export const ministackAvailable = () => available('install-ministack.sh', 'ministack', '.version');
export const storesAvailable = () => available('install-object-stores.sh', 'object-stores', '.version');

async function run(path: string, args: (port: number, folder: string) => string[], environment: Record<string, string> = {}) {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'faasten-server-'));
  const program = start(join(enginesDirectory, path), args(port, folder), {
    cwd: folder,
    environment: Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, value.replace('<port>', `${port}`)]),
    ),
  });
  await listening(program, port, 60);
  const server: CloudServer = { url: `http://127.0.0.1:${port}`, output: () => program.output(), stop: () => program.stop() };
  return server;
}

/** moto: mocks of most services. It checks no signature. */
export const startMoto = () => run('moto/venv/bin/moto_server', (port) => ['-H', '127.0.0.1', '-p', `${port}`]);

/**
 * ministack: fewer services, but functions run, as processes, below TMPDIR and with the `node` of PATH; both can be set with
 * `environment`.
 */
export const startMinistack = (environment: Record<string, string> = {}) =>
  run('ministack/venv/bin/ministack', () => [], {
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: '<port>',
    LAMBDA_EXECUTOR: 'local',
    MINISTACK_ACCOUNT_ID: '123456789012',
    MINISTACK_REGION: 'eu-west-1',
    ...environment,
  });

/** versitygw: S3 on a folder. It checks every signature, for the region `us-east-1`. */
export const startVersity = () =>
  run('object-stores/bin/versitygw', (port, folder) => [
    ...['--port', `127.0.0.1:${port}`, '--access', KEYS.accessKeyId, '--secret', KEYS.secretAccessKey],
    ...['posix', '--sidecar', mkdtempSync(join(tmpdir(), 'faasten-server-')), folder],
  ]);

/** fake-gcs-server: Cloud Storage's JSON API. It checks no token. */
export const startGcs = () =>
  run('object-stores/bin/fake-gcs-server', (port) => [
    ...['-scheme', 'http', '-host', '127.0.0.1', '-port', `${port}`, '-backend', 'memory', '-public-host', `127.0.0.1:${port}`],
  ]);
