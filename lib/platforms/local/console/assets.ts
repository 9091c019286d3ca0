/** The built front end, read once. What is not in the folder cannot be asked for: there is no path to escape from. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { Refusal } from './errors.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  readonly etag: string;
}

export type Assets = ReadonlyMap<string, Asset>;

/** Where `npm run build` puts the front end: beside the compiled library. */
const FOLDER = join(__dirname, '..', '..', '..', 'console');

/** Assets by path (`/index.html`, `/assets/….js`). Files of other types than above are not served. */
export function loadAssets(folder = FOLDER): Assets {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    names = [];
  }
  return new Map(
    names.flatMap((name): [string, Asset][] => {
      const type = TYPES[extname(name)];
      if (type === undefined) return [];
      const bytes = readFileSync(join(folder, name));
      const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
      return [[`/${name.replaceAll('\\', '/')}`, { type, bytes, etag }]];
    }),
  );
}

/** Answers with an asset, or with the page for paths of the console's own views (`/queues/Shop%2FOrders`). */
export function sendAsset(assets: Assets, path: string, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new Refusal(405, 'method-not-allowed', `${request.method} ${path}: pages can only be read; use GET`, {
      allow: 'GET, HEAD',
    });
  const asset = assets.get(path) ?? (path.startsWith('/assets/') ? undefined : assets.get('/index.html'));
  if (asset === undefined)
    throw new Refusal(
      404,
      'not-found',
      assets.has('/index.html')
        ? `there is no '${path}' in the console; reload the page`
        : "the console's pages are not built; run 'npm run build' in faasten's folder, or install the package again",
    );
  // Names of assets hold the hash of their content; the page that names them does not.
  const fixed = path.startsWith('/assets/');
  response.setHeader('cache-control', fixed ? 'max-age=31536000, immutable' : 'no-cache');
  response.setHeader('etag', asset.etag);
  if (request.headers['if-none-match'] === asset.etag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { 'content-type': asset.type, 'content-length': asset.bytes.length });
  response.end(request.method === 'HEAD' ? undefined : asset.bytes);
}
