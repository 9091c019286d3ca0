// npm run bench:local [-- --others]: the local platform beside a bare node:http server, and beside serverless-offline and Wing's
// simulator, which it installs into a temporary folder. Each server is a process of its own; the load comes from this one.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { median } from './measure.js';
import { makeProject } from './project.js';

const CONNECTIONS = 32;
const SECONDS = 4;
/** Of each server in turn, so that what else the machine does hits all of them. */
const ROUNDS = 3;
const FUNCTIONS = 100;
const RELOADS = 10;
const REPOSITORY = resolve(__dirname, '..');
const OFFLINE = ['serverless@3', 'serverless-offline@13', 'serverless-esbuild@1'];
const WING = ['winglang@0.85.49'];
/** Milliseconds that another one's first answer is waited for. */
const PATIENCE = 120_000;

const folder = mkdtempSync(join(tmpdir(), 'faasten-bench-'));
const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a program that prints its port, as `port 1234`. */
function serve(file: string, cwd: string, args: readonly string[] = []): Promise<{ port: number; child: ChildProcess }> {
  const child = spawn(process.execPath, [file, ...args], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  return new Promise((done, fail) => {
    child.once('exit', (code) => fail(new Error(`${file} ended with ${code}`)));
    child.stdout!.on('data', (text) => {
      const port = /port (\d+)/.exec(String(text))?.[1];
      if (port) done({ port: Number(port), child });
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  children.delete(child);
  child.removeAllListeners('exit');
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await ended;
}

/** Requests a second over connections that each wait for the answer. */
async function throughput(port: number, path: string): Promise<number> {
  const bytes = Buffer.from(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  const end = performance.now() + SECONDS * 1000;
  let count = 0;
  await Promise.all(
    Array.from(
      { length: CONNECTIONS },
      () =>
        new Promise<void>((done, fail) => {
          const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
          socket.setNoDelay(true);
          let rest = '';
          socket.on('error', fail);
          socket.on('data', (chunk) => {
            rest += chunk.toString('latin1');
            const head = rest.indexOf('\r\n\r\n');
            if (head < 0) return;
            const length = /content-length: (\d+)/i.exec(rest)?.[1];
            const whole = length === undefined ? rest.endsWith('0\r\n\r\n') : rest.length >= head + 4 + Number(length);
            if (!whole) return;
            if (!rest.startsWith('HTTP/1.1 200')) return fail(new Error(rest));
            rest = '';
            count++;
            if (performance.now() < end) return socket.write(bytes);
            socket.destroy();
            done();
          });
        }),
    ),
  );
  return count / SECONDS;
}

interface Load {
  readonly rate: number;
  /** Microseconds of user and system time that the server took for a request. */
  readonly micros: number;
}

async function load({ port, child }: { port: number; child: ChildProcess }, path: string): Promise<Load> {
  const before = cpuMs(child.pid!);
  const rate = await throughput(port, path);
  return { rate, micros: ((cpuMs(child.pid!) - before) * 1000) / (rate * SECONDS) };
}

/** User and system time of a process, on Linux. See proc_pid_stat(5). */
function cpuMs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number) as [number, number];
  return (user + system) * 10;
}

/** Milliseconds from `started` until `path` is answered with `text`. */
async function until(port: number, path: string, text: string, started: number): Promise<number> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
    if (answer?.status === 200 && (await answer.text()).includes(text)) return performance.now() - started;
    await new Promise((done) => setTimeout(done, 2));
  }
}

const bare = `
const server = require('node:http').createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain;charset=UTF-8' });
  response.end('hello');
});
server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));`;

const hello = (text: string) =>
  `import { http } from 'faasten/runtime';\nexport default http(async () => new Response('${text}'));\n`;

/** A service of `count` functions, the first of which says hello. */
const service = (count: number) => `
const { HttpApi, ServerlessFunction, Service } = require(${JSON.stringify(REPOSITORY)});
const { LocalApp, startLocal } = require(${JSON.stringify(join(REPOSITORY, 'dist/platforms/local'))});
const app = new LocalApp();
const service = new Service(app, 'Bench', { root: __dirname });
const routes = { 'GET /hello': new ServerlessFunction(service, 'Hello', { entry: 'handlers/hello.ts' }) };
for (let n = 0; n < ${count}; n++) {
  routes['GET /f' + n] = new ServerlessFunction(service, 'F' + n, { entry: 'handlers/f' + n + '.ts' });
}
new HttpApi(service, 'Api', { routes });
startLocal(app, { port: 0, metricsPort: 0, dataDirectory: 'data-' + process.pid, envFile: false }).then(({ urls }) =>
  console.log('port ' + new URL(Object.values(urls)[0]).port));`;

const row = (name: string, value: string) => console.log(`${name.padEnd(58)} ${value}`);

async function main(): Promise<void> {
  const project = join(folder, 'project');
  makeProject(project, FUNCTIONS, 'faasten');
  writeFileSync(join(project, 'handlers/hello.ts'), hello('hello'));
  writeFileSync(join(project, 'bare.cjs'), bare);
  writeFileSync(join(project, 'one.cjs'), service(0));
  writeFileSync(join(project, 'hundred.cjs'), service(FUNCTIONS));

  const plain = await serve(join(project, 'bare.cjs'), project);
  const one = await serve(join(project, 'one.cjs'), project);
  const bareRuns: Load[] = [];
  const ourRuns: Load[] = [];
  await load(plain, '/');
  await load(one, '/hello');
  for (let round = 0; round < ROUNDS; round++) {
    bareRuns.push(await load(plain, '/'));
    ourRuns.push(await load(one, '/hello'));
  }
  await stop(plain.child);
  const [most, ours] = [bareRuns, ourRuns].map((runs) => median(runs.map(({ rate }) => rate))) as [number, number];
  const [least, cost] = [bareRuns, ourRuns].map((runs) => median(runs.map(({ micros }) => micros))) as [number, number];
  row('requests a second, bare node:http', most.toFixed(0));
  row('requests a second, faasten local', `${ours.toFixed(0)} (${(most / ours).toFixed(2)} times fewer)`);
  row('processor time of the server a request, bare node:http', `${least.toFixed(0)} µs`);
  row('processor time of the server a request, faasten local', `${cost.toFixed(0)} µs (${(cost / least).toFixed(2)} times more)`);

  const reloads: number[] = [];
  for (let n = 0; n < RELOADS; n++) {
    await new Promise((done) => setTimeout(done, 300));
    const started = performance.now();
    writeFileSync(join(project, 'handlers/hello.ts'), hello(`hello ${n}`));
    reloads.push(await until(one.port, '/hello', `hello ${n}`, started));
  }
  row(
    'from saving a handler to its next answer, median',
    `${median(reloads).toFixed(0)} ms (most ${Math.max(...reloads).toFixed(0)} ms)`,
  );
  await stop(one.child);

  const firsts: number[] = [];
  for (let n = 0; n < 3; n++) {
    const started = performance.now();
    const { port, child } = await serve(join(project, 'hundred.cjs'), project);
    firsts.push(await until(port, '/hello', 'hello', started));
    await stop(child);
  }
  row(`from the command to the first answer, ${FUNCTIONS} functions`, `${median(firsts).toFixed(0)} ms`);
  if (!process.argv.includes('--others')) return;
  await offline();
  await wing();
}

/** Installs packages into a folder of their own. @returns undefined, having said why, where that does not work */
function install(name: string, packages: readonly string[]): string | undefined {
  const tools = join(folder, `${name}-tools`);
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', tools, ...packages];
  const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8' });
  if (status === 0) return join(tools, 'node_modules');
  row(name, `cannot be installed: ${stderr.trim().split('\n')[0]}`);
  return undefined;
}

const limit = () => new Promise<undefined>((done) => setTimeout(() => done(undefined), PATIENCE).unref());

/** Says what was measured of another one that was just started. */
async function measure(name: string, functions: string, first: number | undefined, port: number): Promise<void> {
  row(`${name}: to the first answer, ${functions}`, first === undefined ? 'none within two minutes' : `${first.toFixed(0)} ms`);
  if (first === undefined) return;
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rates.push(await throughput(port, '/hello'));
  row(`requests a second, ${name}`, median(rates).toFixed(0));
}

/** One function behind an API: what it compiles takes long enough. It says its port by a file. */
async function wing(): Promise<void> {
  const modules = install('Wing', WING);
  if (!modules) return;
  const project = join(folder, 'wing');
  // Not where it watches for changes.
  const told = join(folder, 'wing-url.txt');
  mkdirSync(project);
  writeFileSync(
    join(project, 'main.w'),
    [
      'bring cloud;',
      'bring fs;',
      'let api = new cloud.Api();',
      'api.get("/hello", inflight () => { return { status: 200, body: "hello" }; });',
      `new cloud.OnDeploy(inflight () => { fs.writeFile(${JSON.stringify(told)}, "{api.url}"); });`,
    ].join('\n'),
  );
  const started = performance.now();
  const options = ['--no-open', '--no-analytics', '--no-update-check', '--no-progress', '--port', '34568'];
  // It starts processes of its own: they end with its group.
  const child = spawn(join(modules, '.bin/wing'), ['it', ...options, 'main.w'], {
    cwd: project,
    stdio: 'ignore',
    detached: true,
  });
  const end = () => child.exitCode === null && process.kill(-child.pid!, 'SIGKILL');
  process.once('exit', end);
  const answered = async () => {
    while (!existsSync(told) || readFileSync(told).length === 0) await new Promise((done) => setTimeout(done, 10));
    const port = Number(new URL(readFileSync(told, 'utf8')).port);
    return { port, first: await until(port, '/hello', 'hello', started) };
  };
  const found = await Promise.race([answered(), limit()]);
  await measure('Wing', 'one function', found?.first, found?.port ?? 0);
  process.off('exit', end);
  end();
}

/** The same hundred functions as plain Lambda handlers. */
async function offline(): Promise<void> {
  const project = join(folder, 'offline');
  makeProject(project, FUNCTIONS, 'lambda');
  writeFileSync(join(project, 'handlers/hello.ts'), "export const handler = async () => ({ statusCode: 200, body: 'hello' });\n");
  const modules = install('serverless-offline', OFFLINE);
  if (!modules) return;
  const names = ['hello', ...Array.from({ length: FUNCTIONS - 1 }, (_, n) => `f${n}`)];
  const functions = names.map(
    (name) => `  ${name}:\n    handler: handlers/${name}.handler\n    events:\n      - httpApi: GET /${name}\n`,
  );
  const plugins = ['serverless-esbuild', 'serverless-offline'].map((name) => `  - ${join(modules, name)}\n`).join('');
  const provider = 'provider:\n  name: aws\n  runtime: nodejs20.x\n';
  writeFileSync(
    join(project, 'serverless.yml'),
    `service: bench\n${provider}plugins:\n${plugins}functions:\n${functions.join('')}`,
  );
  const started = performance.now();
  const child = spawn(join(modules, '.bin/serverless'), ['offline', '--httpPort', '34567'], {
    cwd: project,
    stdio: 'ignore',
    env: { ...process.env, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' },
  });
  children.add(child);
  const first = await Promise.race([until(34567, '/hello', 'hello', started), limit()]);
  await measure('serverless-offline', `${FUNCTIONS} functions`, first, 34567);
  await stop(child);
}

void main().then(() => process.exit(0));
