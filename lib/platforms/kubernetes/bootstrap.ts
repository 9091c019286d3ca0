import { METRICS_PORT } from '../../runtime/wire.js';

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

/** Paths of functions by the names of their Services, as JSON. */
export const FUNCTIONS_VARIABLE = 'FAASTEN_FUNCTIONS';

/**
 * Takes CloudEvents by POST and writes each to the log, whole, as one line of JSON in CloudEvents' JSON format. Answers when the
 * line is written. Counts them by the function and trigger that Knative names as the destination
 * (https://knative.dev/docs/eventing/event-delivery/#configuring-channel-event-delivery), for Prometheus.
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
const functions = JSON.parse(process.env.FAASTEN_FUNCTIONS || '{}');
const counts = new Map();
const count = (destination) => {
  let url;
  try {
    url = new URL(destination);
  } catch {
    return;
  }
  const [, , kind, trigger] = url.pathname.split('/').map(decodeURIComponent);
  const labels = { function: functions[url.hostname.split('.')[0]], kind, trigger };
  const shown = Object.entries(labels).flatMap(([name, value]) => (value ? [name + '=' + JSON.stringify(value)] : []));
  const key = '{' + shown.join(',') + '}';
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
createServer((request, response) => {
  const name = 'faasten_dead_letters_total';
  const lines = ['# HELP ' + name + ' Events that failed for the last time.', '# TYPE ' + name + ' counter'];
  for (const [labels, value] of counts) lines.push(name + labels + ' ' + value);
  response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
  response.end(lines.join('\\n') + '\\n');
}).listen(METRICS_PORT);
const server = createServer((request, response) => {
  const answer = (status) => response.writeHead(status).end();
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    if (request.method !== 'POST') return answer(405);
    const event = eventOf(request.headers, Buffer.concat(chunks));
    count(event.knativeerrordest);
    const line = { severity: 'ERROR', message: 'dead letter', event };
    process.stdout.write(JSON.stringify(line) + '\\n', (error) => answer(error ? 500 : 202));
  });
});
server.listen(Number(process.env.PORT));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`
  .trim()
  .replace('METRICS_PORT', String(METRICS_PORT));
