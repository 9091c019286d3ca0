/** Google's Pub/Sub emulator. It pushes real envelopes, retries and dead-letters; it sends no Authorization header. */
import { existsSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Availability, command, freePort } from './engine.js';
import { listening, start } from './process.js';

export interface PubSubEmulator {
  /** `127.0.0.1:<port>`, for `PUBSUB_EMULATOR_HOST`. */
  readonly host: string;
  /** Any name will do; nothing is checked. */
  readonly project: string;
  /** A request of the Pub/Sub REST API below `/v1/projects/<project>/`. @throws on every status but 2xx */
  request(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: object): Promise<any>;
  output(): string;
  stop(): Promise<void>;
}

const PROGRAM = ['platform', 'pubsub-emulator', 'bin', 'cloud-pubsub-emulator'];

export function available(): Availability {
  if (!program()) return 'the Pub/Sub emulator of the gcloud SDK is not installed (package google-cloud-cli-pubsub-emulator)';
  return command('java') !== undefined || 'java is not on the PATH, and the Pub/Sub emulator needs it';
}

/** Starts an emulator of its own, with no topics. Takes some seconds. */
export async function startPubSub(): Promise<PubSubEmulator> {
  const port = await freePort();
  const emulator = start(program()!, ['--host=127.0.0.1', `--port=${port}`], { cwd: tmpdir() });
  await listening(emulator, port, 60);
  const host = `127.0.0.1:${port}`;
  const project = 'faasten-test';
  return {
    host,
    project,
    async request(method, path, body) {
      const response = await fetch(`http://${host}/v1/projects/${project}/${path}`, {
        method,
        headers: { 'Content-Type': 'application/json' },
        signal: AbortSignal.timeout(30_000),
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text ? JSON.parse(text) : {};
    },
    output: () => emulator.output(),
    stop: () => emulator.stop(),
  };
}

/** `gcloud` is a link or a wrapper; the emulator lies in the SDK's folder. */
function program(): string | undefined {
  const gcloud = command('gcloud');
  const roots = [...(gcloud ? [dirname(dirname(realpathSync(gcloud)))] : []), '/usr/lib/google-cloud-sdk'];
  return roots.map((root) => join(root, ...PROGRAM)).find((file) => existsSync(file));
}
