/**
 * Programs that containers are started with, as text for `node --eval`. They hold no `$`: Kubernetes would expand `$(NAME)` in
 * arguments.
 */

/** Where the ConfigMaps are mounted, and where the code is unpacked to. */
export const PACKED = '/faasten';
export const UNPACKED = '/tmp/faasten';

/**
 * Unpacks the files of the folder in its first argument into the one in its second, and runs the module in its third there. From a
 * file, and not from memory, so that stack traces, source maps, assets and native modules work as they do everywhere.
 */
export const UNPACK_AND_RUN = `
const { mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { brotliDecompressSync } = require('node:zlib');
const [packed, code, main] = process.argv.slice(1);
for (const key of readdirSync(packed)) {
  if (key.startsWith('..')) continue;
  const file = join(code, decodeURIComponent(key.replaceAll('_', '%')));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, brotliDecompressSync(readFileSync(join(packed, key))), { mode: 0o755 });
}
import(pathToFileURL(join(code, main)).href);
`.trim();

/**
 * Takes CloudEvents by POST and writes each to the log, whole, as one line of JSON in CloudEvents' JSON format. Answers when the
 * line is written.
 */
export const LOG_EVENTS = `
const { createServer } = require('node:http');
const text = (bytes) => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};
const json = (string) => {
  try {
    return JSON.parse(string);
  } catch {
    return undefined;
  }
};
const eventOf = (headers, bytes) => {
  const type = headers['content-type'] ?? '';
  const body = text(bytes);
  if (type.startsWith('application/cloudevents+json')) return json(body) ?? { data: body };
  const event = {};
  for (const [name, value] of Object.entries(headers)) if (name.startsWith('ce-')) event[name.slice(3)] = value;
  if (type) event.datacontenttype = type;
  if (bytes.length === 0) return event;
  if (body === undefined) return { ...event, data_base64: bytes.toString('base64') };
  return { ...event, data: (type.includes('json') ? json(body) : undefined) ?? body };
};
const server = createServer((request, response) => {
  const answer = (status) => response.writeHead(status).end();
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    if (request.method !== 'POST') return answer(405);
    const line = { severity: 'ERROR', message: 'dead letter', event: eventOf(request.headers, Buffer.concat(chunks)) };
    process.stdout.write(JSON.stringify(line) + '\\n', (error) => answer(error ? 500 : 202));
  });
});
server.listen(Number(process.env.PORT));
process.on('SIGTERM', () => server.close());
`.trim();
