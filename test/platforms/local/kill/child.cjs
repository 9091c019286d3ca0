// One life of the local platform's store and mailboxes, under load, until somebody kills it. Arguments: folder, log, 'load' or 'drain'.
// The log has a line for each thing that happened: A(ccepted), R(un), K(nown to be done), each with the message's id.
const { appendFileSync } = require('node:fs');
const { join } = require('node:path');

const engine = join(__dirname, '../../../../dist/platforms/local/engine');
const { openStore } = require(join(engine, 'store.js'));
const { realClock } = require(join(engine, 'clock.js'));
const { Deliveries } = require(join(engine, 'mail/deliveries.js'));
const { Mailbox } = require(join(engine, 'mail/mailbox.js'));

const [folder, log, task] = process.argv.slice(2);
const write = (text) => appendFileSync(log, text);

const finish = Mailbox.prototype.finish;
Mailbox.prototype.finish = async function (entries, failures) {
  await finish.call(this, entries, failures);
  const failed = new Set(failures.map(({ entry }) => entry));
  write(entries.map((entry) => (failed.has(entry) ? '' : `K ${entry.id}\n`)).join(''));
};

const fn = { path: 'Fn', retry: { maxAttempts: 1e6, deadLetters: true }, links: {} };
const model = {
  functions: {
    Fn: { ...fn, triggers: { Q: { kind: 'queue', source: 'Q', batchSize: 4, windowSeconds: 0 } } },
    Sub: { ...fn, path: 'Sub', triggers: { T: { kind: 'topic', source: 'T', filter: {} } } },
  },
  queues: { Q: { path: 'Q', maxAttempts: 1e6, retentionSeconds: 1e6, deadLetterRetentionSeconds: 1e6, subscriptions: {} } },
  topics: { T: { path: 'T' } },
  buckets: {},
  apis: {},
};

/** Does what a function would: takes a moment, and fails now and then. */
const runner = {
  async run({ task }) {
    const items = task.kind === 'call' ? [] : task.items;
    write(items.map(({ id }) => `R ${id}\n`).join(''));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
    const failed = items.flatMap((_, index) => (Math.random() < 0.1 ? [index] : []));
    return { summary: { id: 'i', status: failed.length > 0 ? 'partial' : 'succeeded' }, result: { of: 'events', failed } };
  },
};

async function main() {
  const store = await openStore(folder);
  const runners = new Map(Object.keys(model.functions).map((path) => [path, runner]));
  const settings = { maxConcurrency: () => 4, backoff: () => 5, record: () => 'e' };
  const deliveries = new Deliveries(model, runners, store, realClock, settings);
  await deliveries.load();
  deliveries.begin();
  process.stdout.write('ready\n');
  const send = async () => {
    for (;;) {
      write(`A ${await deliveries.send('Q', { body: '{}', traceId: 't' })}\n`);
      write(`A ${await deliveries.publish('T', { body: '{}', traceId: 't' })}\n`);
    }
  };
  if (task === 'load') return void Promise.all([send(), send(), send()]);
  while (deliveries.boxes.some((box) => box.summary().waiting + box.inFlight.size > 0))
    await new Promise((resolve) => setTimeout(resolve, 5));
  await store.close();
}

// Started before its turn: the life before it still has the store.
process.stdin.once('data', () => void main().then(() => process.stdin.destroy()));
