import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, type FunctionModel } from '../../core/describe.js';
import { FaastenError } from '../../core/errors.js';
import { pathNamed, shortNames } from '../../core/lookup.js';
import type { InvocationSummary, LocalDone, RunningLocal } from '../../platforms/local/index.js';
import { choice } from '../arguments.js';
import { type Call, type Command, EXIT, UsageError } from '../command.js';
import { CONFIG_OPTION, findProject, loadConfig } from '../config.js';
import { Lines } from '../dev/lines.js';
import { local } from '../dev/session.js';
import { ENV_OPTION, envFileOf } from '../env-file.js';
import { NEUTRAL_KINDS, type NeutralEvent } from '../events/neutral.js';
import { eventOf } from '../invoke/event.js';
import { printResult } from '../invoke/result.js';
import { sampleFor } from '../invoke/sample.js';
import { callOf } from '../invoke/task.js';

export const invoke: Command = {
  name: 'invoke',
  summary: 'Run one function once, with an event, and print what it gives',
  description:
    'The function runs on this machine as with faasten dev, in memory: its links work, and what it stores or sends is gone afterwards. ' +
    'The result is all that is on stdout: the body of a response, the result of a call, the reply to a message of a WebSocket API, or whom ' +
    'an authorizer lets in. Logs are on stderr.\n\n' +
    'Without --event it gets a sample of its kind. faasten events prints samples to start from.',
  arguments: [{ name: '<function>', description: 'its construct path, or the end of it: Fulfil for Shop/Fulfil' }],
  options: {
    event: { type: 'string', short: 'e', value: '<file>', description: 'the event, as JSON; - reads it from stdin' },
    kind: {
      type: 'string',
      short: 'k',
      value: '<kind>',
      description: `${NEUTRAL_KINDS.join(', ')}: where the function takes several`,
    },
    env: ENV_OPTION,
    config: CONFIG_OPTION,
    json: { type: 'boolean', description: 'print one JSON object: status, duration, result' },
  },
  examples: [
    ['faasten invoke Fulfil', 'with a sample event'],
    ['faasten invoke Fulfil --event order.json', 'with one of yours'],
    [`faasten events http --path /orders/17 | faasten invoke GetOrder --event -`, 'a request'],
    ['faasten invoke Charge --kind call --json', 'a call, with all that is known of it'],
  ],
  run,
};

async function run(call: Call): Promise<number> {
  const { options, out, err, directory } = call;
  const kind = choice('invoke', options, 'kind', NEUTRAL_KINDS);
  const given = options.text('event');
  const event =
    given === undefined ? undefined : eventOf(given, given === '-' ? await text(process.stdin) : read(resolve(directory, given)));
  const project = findProject(directory, options.text('config'));
  const { build } = await loadConfig(project);
  const { LocalApp, startLocal } = local();
  const app = new LocalApp();
  await build(app);
  const model = describe(app);
  const { functions } = model;
  const paths = functions.map(({ path }) => path);
  if (paths.length === 0)
    throw new FaastenError(
      'config-invalid',
      `'${project.config}' created no function; create the service in the scope that it is given: export default (scope) => new Shop(scope, 'Shop')`,
    );
  const path = pathNamed('function', call.arguments[0]!, paths);
  const fn = functions.find((each) => each.path === path)!;
  const running = await startLocal(app, {
    port: 0,
    metricsPort: 0,
    dataDirectory: false,
    watch: false,
    envFile: envFileOf(call, project),
  });
  try {
    const chosen = event ?? sampleFor({ fn, model }, kindOf(fn, kind));
    if (kind !== undefined && chosen.kind !== kind)
      throw new UsageError(`--kind is '${kind}', but the event is of the kind '${chosen.kind}'`, 'invoke');
    if (!fn.kinds.includes(chosen.kind)) throw notTaken(fn, chosen.kind);
    const lines = new Lines(err, shortNames(paths));
    const stop = running.inspector.subscribe((live) => {
      if (live.type === 'log' || (live.type === 'invocation' && live.invocation.functionId === path)) lines.take(live);
    });
    const isStored = chosen.kind === 'objects' && chosen.type !== 'deleted';
    const done = isStored ? await runByObject(running, fn, chosen) : await running.invoke(path, callOf({ fn, model }, chosen));
    stop();
    printResult(out, done, options.flag('json'));
    return done.summary.status === 'succeeded' ? EXIT.ok : EXIT.failed;
  } finally {
    await running.close();
  }
}

/** Stores the object, for a handler that reads it, and lets its trigger run the function. */
async function runByObject(
  { inspector, settled }: RunningLocal,
  fn: FunctionModel,
  { key, body }: Extract<NeutralEvent, { kind: 'objects' }>,
): Promise<LocalDone> {
  const bucketId = Object.values(fn.triggers).find(({ kind }) => kind === 'objects')!.source!;
  let summary: InvocationSummary | undefined;
  const stop = inspector.subscribe((live) => {
    if (live.type !== 'invocation' || live.invocation.functionId !== fn.path) return;
    if (live.invocation.status !== 'running') summary ??= live.invocation;
  });
  await inspector.send({ kind: 'objects', bucketId, key, type: 'created', body });
  await settled();
  stop();
  if (summary) return { summary, error: summary.error };
  throw new FaastenError(
    'event-invalid',
    `no trigger of '${fn.path}' takes the object '${key}': its prefix, suffix or events are others`,
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new FaastenError(
      'event-missing',
      `cannot read the event '${file}' (${(error as NodeJS.ErrnoException).code}); --event names a file, or - for stdin`,
    );
  }
}

/** The kind that is meant: the one that is given, or the only one. */
function kindOf(fn: FunctionModel, given?: NeutralEvent['kind']): NeutralEvent['kind'] {
  if (given !== undefined) {
    if (fn.kinds.includes(given)) return given;
    throw notTaken(fn, given);
  }
  const [only, ...more] = NEUTRAL_KINDS.filter((each) => fn.kinds.includes(each));
  if (only !== undefined && more.length === 0) return only;
  if (only === undefined)
    throw new FaastenError(
      'kind-unknown',
      `nothing leads to '${fn.path}': it has no route, no trigger and no link; declare one, which says what it takes`,
    );
  throw new UsageError(`'${fn.path}' takes ${fn.kinds.join(' and ')}; say which with --kind, or give --event`, 'invoke');
}

function notTaken(fn: FunctionModel, kind: string): FaastenError {
  return new FaastenError('kind-unknown', `'${fn.path}' takes no ${kind} event, but ${fn.kinds.join(', ') || 'none at all'}`);
}
