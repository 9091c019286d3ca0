import { didYouMean } from '../../core/suggest.js';
import { integer, pairs } from '../arguments.js';
import { type Call, type Command, EXIT, type OptionSpec, UsageError } from '../command.js';
import { CATALOGUE } from '../events/catalogue.js';
import { NEUTRAL_KINDS } from '../events/neutral.js';
import type { Sample, SampleSettings, Setting } from '../events/sample.js';
import type { Terminal } from '../terminal.js';

/** The option by which each setting is given. */
const OPTIONS: Readonly<Record<Setting, readonly [name: string, option: OptionSpec]>> = {
  body: ['body', { type: 'string', value: '<text>', description: 'body of the request or message, input of the call' }],
  method: ['method', { type: 'string', value: '<verb>', description: 'of a request' }],
  path: ['path', { type: 'string', value: '<path>', description: 'of a request, with its query: /orders?limit=10' }],
  headers: ['header', { type: 'string', value: '<name=value>', multiple: true, description: 'of a request; again for several' }],
  attributes: [
    'attribute',
    { type: 'string', value: '<name=value>', multiple: true, description: 'of a message; again for several' },
  ],
  key: ['key', { type: 'string', value: '<key>', description: 'of an object' }],
  deleted: ['deleted', { type: 'boolean', description: 'the object was deleted, not created' }],
  type: [
    'type',
    {
      type: 'string',
      value: '<type>',
      description: 'of an event: order.paid; of a WebSocket API: connect, message or disconnect',
    },
  ],
  source: ['source', { type: 'string', value: '<source>', description: 'who publishes an event' }],
  subject: ['subject', { type: 'string', value: '<name>', description: 'who sends it, as an authorizer found out' }],
  name: [
    'name',
    { type: 'string', value: '<name>', description: 'of the queue, topic, bucket, table, stream, schedule or route' },
  ],
  count: ['count', { type: 'string', value: '<number>', description: 'how many messages or records, 1 to 100' }],
  time: ['time', { type: 'string', value: '<time>', description: 'when it happened: 2026-01-15T03:00:00Z' }],
};

export const events: Command = {
  name: 'events',
  summary: 'Print a sample event, as faasten invoke takes it or as a cloud sends it',
  description:
    `Events of the kinds ${NEUTRAL_KINDS.slice(0, -1).join(', ')} and ${NEUTRAL_KINDS.at(-1)} are for faasten invoke. The others are ` +
    'what the clouds send, in the form that their documentation describes: to look at, and for tests of code that faasten did not make.\n\n' +
    'A sample is the same in every run.',
  arguments: [{ name: '[kind]', description: 'see --list' }],
  options: {
    list: {
      type: 'boolean',
      short: 'l',
      description: 'list every kind, with the options it takes and where its form is documented',
    },
    ...Object.fromEntries(Object.values(OPTIONS)),
    json: { type: 'boolean', description: 'with --list: print JSON' },
  },
  examples: [
    ['faasten events --list', 'what there is'],
    [`faasten events queue --body '{"id":"o-1"}' | faasten invoke Fulfil --event -`, 'a message, given to a function'],
    ['faasten events websocket --type connect --subject ann', 'a client that connects, and who an authorizer found it is'],
    ["faasten events s3 --key 'raw/red flower.jpg'", 'a notification of S3'],
    ['faasten events api-gateway-v2 --method POST --path /orders --header authorization=abc', 'a request, as Lambda gets it'],
  ],
  run,
};

async function run({ arguments: [kind], options, out }: Call): Promise<number> {
  if (options.flag('list')) {
    list(out, options.flag('json'));
    return EXIT.ok;
  }
  if (kind === undefined) throw new UsageError('[kind] is missing: one of those that faasten events --list shows', 'events');
  const sample = CATALOGUE.get(kind);
  if (!sample) throw new UsageError(`unknown kind '${kind}'${suggestion(kind)}`, 'events');
  for (const [setting, [option]] of Object.entries(OPTIONS)) {
    if (options.given().includes(option) && !sample.takes.includes(setting as Setting)) {
      throw new UsageError(`'${kind}' takes no --${option}, but ${optionsOf(sample)}`, 'events');
    }
  }
  const type = options.text('type');
  if (type !== undefined && sample.types && !sample.types.includes(type)) {
    throw new UsageError(
      `--type is '${type}'; of '${kind}', give one of ${sample.types.join(', ')}${didYouMean(type, sample.types)}`,
      'events',
    );
  }
  const time = options.text('time');
  if (time !== undefined && Number.isNaN(Date.parse(time))) {
    throw new UsageError(`--time is '${time}'; write it as 2026-01-15T03:00:00Z`, 'events');
  }
  const settings: SampleSettings = {
    body: options.text('body'),
    method: options.text('method'),
    path: options.text('path'),
    headers: pairs('events', options, 'header'),
    attributes: pairs('events', options, 'attribute'),
    key: options.text('key'),
    deleted: options.flag('deleted'),
    type,
    source: options.text('source'),
    subject: options.text('subject'),
    name: options.text('name'),
    count: integer('events', options, 'count', 1, 100),
    time,
  };
  out.line(JSON.stringify(sample.make(settings), null, 2));
  return EXIT.ok;
}

/** The kind that is nearly called like this, or those of which it is a part: `bus` of `event bus`. */
function suggestion(kind: string): string {
  const near = didYouMean(kind, CATALOGUE.keys());
  if (near) return near;
  const word = kind.toLowerCase();
  const names = [...CATALOGUE].flatMap(([name, { summary }]) =>
    `${name} ${summary}`.toLowerCase().includes(word) ? [name] : [],
  );
  return names.length > 0 && names.length < 8 ? `; there is ${names.join(', ')}` : ', see faasten events --list';
}

function optionsOf({ takes }: Sample): string {
  return takes.map((setting) => `--${OPTIONS[setting][0]}`).join(', ');
}

function list(out: Terminal, json: boolean): void {
  if (json) {
    const rows = [...CATALOGUE].map(([kind, { origin, summary, source, takes }]) => ({
      kind,
      origin,
      summary,
      source,
      options: takes.map((setting) => OPTIONS[setting][0]),
    }));
    out.line(JSON.stringify(rows, null, 2));
    return;
  }
  const width = Math.max(...[...CATALOGUE.keys()].map((kind) => kind.length));
  let group = '';
  for (const [kind, sample] of CATALOGUE) {
    if (sample.origin !== group) {
      if (group) out.line();
      group = sample.origin;
      out.line(out.paint('bold', group === 'faasten' ? 'For faasten invoke' : group));
    }
    out.line(`  ${out.paint('cyan', kind)}${' '.repeat(width - kind.length)}  ${sample.summary}`);
    out.line(`  ${' '.repeat(width)}  ${out.paint('dim', optionsOf(sample))}`);
    if (group !== 'faasten') out.line(`  ${' '.repeat(width)}  ${out.paint('dim', sample.source)}`);
  }
}
