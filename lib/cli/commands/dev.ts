import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { FaastenError } from '../../core/errors.js';
import type { LiveEvent } from '../../platforms/local/index.js';
import { integer } from '../arguments.js';
import { type Call, type Command, EXIT } from '../command.js';
import { CONFIG_OPTION, findProject, type Project } from '../config.js';
import { clockTime, Lines, milliseconds } from '../dev/lines.js';
import { prepare, type Session, type SessionOptions } from '../dev/session.js';
import { FileWatcher } from '../dev/watch.js';
import { ENV_OPTION, envFileOf } from '../env-file.js';
import { describeProblem } from '../problems.js';

/** What the engine keeps in its folder: what it remembers, and the key of test tokens. */
const MEMORY = ['store', 'buckets'];
const KEPT = ['issuer.json'];
/** Milliseconds for which an end is not explained. */
const PATIENCE = 300;
const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

export const dev: Command = {
  name: 'dev',
  summary: 'Run the service on this machine: every trigger, one process, no account, no Docker',
  description:
    'Reads faasten.config.ts, starts the service, and prints a line for each invocation, with what the function logged below it. A saved ' +
    'handler takes effect with its next invocation; a saved config, or a file that it imports, starts the service anew.\n\n' +
    'Secrets are variables of the file .env: Secret.fromName("shop/stripe-key") is SHOP_STRIPE_KEY. Ctrl+C ends.',
  arguments: [],
  options: {
    port: {
      type: 'string',
      short: 'p',
      value: '<port>',
      description: 'port of the first API; by default the first free one from 3000 on',
    },
    host: {
      type: 'string',
      value: '<address>',
      description: 'address to listen on; by default 127.0.0.1, which nobody else reaches',
    },
    env: ENV_OPTION,
    data: {
      type: 'string',
      value: '<folder>',
      description: 'what outlives the process: messages, objects, history; by default .faasten/local beside the config',
    },
    fresh: { type: 'boolean', description: 'forget what an earlier run has left there' },
    config: CONFIG_OPTION,
    json: { type: 'boolean', description: 'print one JSON object a line: ready, invocation, log, reload, alarm' },
  },
  examples: [
    ['faasten dev', 'the service of ./faasten.config.ts'],
    ['faasten dev --port 8080', 'on a port of your choice; port 0 is any'],
    [`faasten dev --json | jq 'select(.type == "invocation" and .status != "succeeded")'`, 'what failed, for a script'],
  ],
  run,
};

async function run(call: Call): Promise<number> {
  const { options } = call;
  const project = findProject(call.directory, options.text('config'));
  const host = options.text('host') ?? '127.0.0.1';
  const data = options.text('data');
  const settings: SessionOptions = {
    port: integer('dev', options, 'port', 0, 65_535),
    host,
    envFile: envFileOf(call, project),
    dataDirectory: data === undefined ? join(project.folder, '.faasten', 'local') : resolve(call.directory, data),
  };
  if (options.flag('fresh')) clear(settings.dataDirectory);
  const said = options.flag('json') ? asJson(call) : asText(call);
  if (!LOOPBACK.includes(host)) {
    const { err } = call;
    err.line(
      `${err.paint('yellow', 'warning:')} --host ${host} lets everybody on the network call the service, and see what it stores`,
    );
  }
  const begun = performance.now();
  let session = await (await prepare(project)).start(settings, said.event);
  said.ready(session, project, performance.now() - begun, settings.port);

  const restart = async () => {
    const started = performance.now();
    try {
      const prepared = await prepare(project);
      await session.close();
      session = await prepared.start({ ...settings, port: session.port, consolePort: session.console.port }, said.event);
      watcher.follow(session.files);
      said.restarted(session, performance.now() - started);
    } catch (error) {
      said.problem(error);
    }
  };
  let turn = Promise.resolve();
  const watcher = new FileWatcher(() => {
    turn = turn.then(restart);
  });
  watcher.follow(session.files);
  await ended();
  const patience = setTimeout(() => call.err.line('ending, when what runs has ended; Ctrl+C again ends at once'), PATIENCE);
  watcher.close();
  await turn;
  await session.close();
  clearTimeout(patience);
  return EXIT.ok;
}

/**
 * Removes what the engine remembers in a folder, and nothing else.
 * @throws when somebody else's files are in it
 */
function clear(folder: string): void {
  if (!existsSync(folder)) return;
  const others = readdirSync(folder).filter((name) => !MEMORY.includes(name) && !KEPT.includes(name));
  if (others.length > 0) {
    throw new FaastenError(
      'folder-taken',
      `--fresh would forget what is in '${folder}', which holds ${others.slice(0, 3).join(', ')}; choose another with --data`,
    );
  }
  for (const name of MEMORY) rmSync(join(folder, name), { recursive: true, force: true });
}

/** Resolves when somebody asks to end. Asked twice, the process ends at once. */
function ended(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(EXIT.failed));
        resolve();
      });
    }
  });
}

/** How a session is told of. */
interface Teller {
  event(event: LiveEvent): void;
  ready(session: Session, project: Project, took: number, asked?: number): void;
  restarted(session: Session, took: number): void;
  problem(error: unknown): void;
}

function asText({ out, err, directory }: Call): Teller {
  const lines = new Lines(out, new Map());
  return {
    event: (event) => lines.take(event),
    ready(session, { config }, took, asked) {
      lines.rename(session.names);
      const urls = Object.entries(session.running.urls);
      const width = Math.max('console'.length, ...urls.map(([path]) => path.length));
      const count = session.names.size;
      out.line(
        `${out.paint('bold', 'faasten')} runs ${relative(directory, config) || config} with ${count} function${count === 1 ? '' : 's'}, ready in ${milliseconds(took)}`,
      );
      if (asked === undefined && session.port !== 3000)
        out.line(out.paint('yellow', `  port 3000 is taken, so it is ${session.port}`));
      for (const [path, url] of urls) out.line(`  ${path.padEnd(width)}  ${out.paint('cyan', url)}`);
      out.line(`  ${'console'.padEnd(width)}  ${out.paint('cyan', session.console.url)}`);
      if (count === 0)
        out.line(out.paint('yellow', '  nothing runs: the config created no function in the scope that it was given'));
      out.line(out.paint('dim', '  Ctrl+C ends'));
      out.line();
    },
    restarted(session, took) {
      lines.rename(session.names);
      out.line(out.paint('dim', `${clockTime(Date.now())}  the service was loaded again in ${milliseconds(took)}`));
    },
    problem(error) {
      err.line(`${clockTime(Date.now())}  the service cannot be loaded, and goes on as it was`);
      describeProblem(err, error);
    },
  };
}

function asJson({ out, err }: Call): Teller {
  const line = (value: object) => out.line(JSON.stringify(value));
  const ready = (session: Session, took: number) =>
    line({
      type: 'ready',
      urls: session.running.urls,
      console: session.console.url,
      functions: [...session.names.keys()],
      durationMs: took,
    });
  return {
    event(event) {
      if (event.type === 'invocation' && event.invocation.status !== 'running') line({ type: 'invocation', ...event.invocation });
      else if (event.type === 'log') line({ type: 'log', invocationId: event.invocationId, ...event.line });
      else if (event.type === 'reload') line(event);
      else if (event.type === 'alarm') line({ type: 'alarm', ...event.alarm });
    },
    ready: (session, _project, took) => ready(session, took),
    restarted: ready,
    problem: (error) => describeProblem(err, error),
  };
}
