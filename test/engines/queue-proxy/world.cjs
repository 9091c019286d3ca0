// A pod in a network namespace of its own: an instance that answers one request at a time, Knative's proxy before it, and clients.
// Prints how they were answered and what the proxy then says at its metrics' port.
const { execFileSync, spawn } = require('node:child_process');
const http = require('node:http');

const [proxy, requests] = [process.argv[2], Number(process.argv[3])];
execFileSync('ip', ['link', 'set', 'lo', 'up']);
const [user, serving, metrics] = [8080, 8012, 9091];

/** Requests that the instance has not answered yet: it waits until others were turned away. */
const waiting = [];
let open = false;
http
  .createServer((request, response) => {
    if (request.url === '/own') return response.writeHead(503).end();
    const answer = () => response.end('done');
    return open ? answer() : waiting.push(answer);
  })
  .listen(user, '127.0.0.1');

const started = spawn(proxy, [], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    CONTAINER_CONCURRENCY: '1',
    QUEUE_SERVING_PORT: String(serving),
    QUEUE_SERVING_TLS_PORT: '8112',
    USER_PORT: String(user),
    REVISION_TIMEOUT_SECONDS: '60',
    SERVING_LOGGING_CONFIG: '',
    SERVING_LOGGING_LEVEL: 'error',
    SERVING_NAMESPACE: 'team',
    SERVING_CONFIGURATION: 'shop-f',
    SERVING_REVISION: 'shop-f-00001',
    SERVING_POD: 'shop-f-00001-deployment-1',
    SERVING_POD_IP: '127.0.0.1',
    POD_NAME: 'shop-f-00001-deployment-1',
    SYSTEM_NAMESPACE: 'knative-serving',
    // What the cluster's ConfigMap config-observability becomes with request-metrics-protocol: prometheus.
    OBSERVABILITY_CONFIG: JSON.stringify({ requestMetrics: { protocol: 'prometheus' } }),
    SERVING_READINESS_PROBE: JSON.stringify({ tcpSocket: { port: user, host: '127.0.0.1' }, successThreshold: 1 }),
  },
});

const get = (port, path) =>
  new Promise((done, fail) => {
    const request = http.get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => done({ status: response.statusCode, text }));
    });
    request.on('error', fail);
  });

async function main() {
  for (;;) {
    if (await get(serving, '/own').catch(() => undefined)) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  const statuses = [];
  const all = Array.from({ length: requests }, async () => {
    const { status } = await get(serving, '/');
    statuses.push(status);
    // Ten times its concurrency wait, beside the one that is being answered.
    if (statuses.length < requests - 11) return;
    open = true;
    for (const answer of waiting.splice(0)) answer();
  });
  await Promise.all(all);
  process.stdout.write(JSON.stringify({ statuses, metrics: (await get(metrics, '/metrics')).text }));
}

void main().finally(() => {
  // Asked to end, it would drain for half a minute.
  started.kill('SIGKILL');
  process.exit();
});
