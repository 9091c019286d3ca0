import { mkdtempSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { enginesDirectory } from '../../engines/engine.js';

const root = join(__dirname, '../../..');

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Recorder {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  readonly url: string;
  readonly received: Received[];
  close(): Promise<void>;
}

/** A server that keeps what it gets, and answers as told. `number` counts from 1. */
export async function recorder(answer: (request: Received, response: ServerResponse, number: number) => void): Promise<Recorder> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body: Buffer.concat(chunks).toString() };
      received.push(one);
      answer(one, response, received.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `http://${host}`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Code of a driver as it stands in a bundle; what Lambda brings is not in it. */
export async function minified(file: string, name: string): Promise<Uint8Array> {
  const result = await build({
    stdin: { contents: `export { ${name} } from './dist/esm/runtime/${file}.js';`, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: ['@aws-sdk/*', '@smithy/*'],
    write: false,
  });
  return result.outputFiles[0]!.contents;
}

/**
 * Drivers, by file and name, bundled with the real AWS SDK; each time anew, as drivers keep the SDK's clients, and those read the
 * environment when they are made.
 */
export async function withSdk(drivers: Readonly<Record<string, string>>): Promise<any> {
  const outfile = join(mkdtempSync(join(tmpdir(), 'faasten-links-')), 'drivers.cjs');
  const contents = Object.entries(drivers)
    .map(([name, file]) => `export { ${name} } from './dist/esm/runtime/${file}.js';`)
    .join('\n');
  await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    nodePaths: [join(enginesDirectory, 'aws-sdk/node_modules')],
    outfile,
    logLevel: 'error',
  });
  return createRequire(outfile)(outfile);
}

/** A package of the AWS SDK, to make what drivers need and to look at what they did. */
export function sdk(name: string): any {
  return createRequire(join(enginesDirectory, 'aws-sdk/package.json'))(name);
}

/** A link as the runtime hands it to a driver. */
export function link(name: string, address: string, environment: Readonly<Record<string, string>> = {}) {
  return { name, address, environment };
}

/** A token of the form of Google's, which ends `seconds` from now. */
export function jwt(seconds: number, claims: object = {}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part({ exp: Math.floor(Date.now() / 1000) + seconds, ...claims })}.c2lnbmF0dXJl`;
}
