#!/usr/bin/env node
import './node.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean } from '../core/suggest.js';
import { parse } from './arguments.js';
import { type Command, EXIT, UsageError } from './command.js';
import { dev } from './commands/dev.js';
import { events } from './commands/events.js';
import { init } from './commands/init.js';
import { invoke } from './commands/invoke.js';
import { synth } from './commands/synth.js';
import { token } from './commands/token.js';
import { helpOf, overview } from './help.js';
import { report } from './problems.js';
import { Terminal } from './terminal.js';

const COMMANDS: readonly Command[] = [init, dev, invoke, events, token, synth];

/** Of this package. */
function version(): string {
  return JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')).version;
}

function named(name: string): Command {
  const command = COMMANDS.find((each) => each.name === name);
  if (command) return command;
  throw new UsageError(
    `unknown command '${name}'${didYouMean(
      name,
      COMMANDS.map((each) => each.name),
    )}`,
  );
}

async function run(args: readonly string[], out: Terminal, err: Terminal): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined || first === '-h' || first === '--help' || (first === 'help' && rest.length === 0)) {
    overview(first === undefined ? err : out, COMMANDS, version());
    return first === undefined ? EXIT.usage : EXIT.ok;
  }
  if (first === '-v' || first === '--version') {
    out.line(version());
    return EXIT.ok;
  }
  if (first === 'help') {
    helpOf(out, named(rest[0]!));
    return EXIT.ok;
  }
  if (first.startsWith('-')) throw new UsageError(`unknown option '${first}'; a command comes first`);
  const command = named(first);
  const { positionals, options } = parse(command, rest);
  if (options.flag('help')) {
    helpOf(out, command);
    return EXIT.ok;
  }
  return command.run({ arguments: positionals, options, out, err, directory: process.cwd() });
}

// A reader that has enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});
// Stacks name the lines of users' TypeScript.
process.setSourceMapsEnabled(true);
const err = new Terminal(process.stderr);
run(process.argv.slice(2), new Terminal(process.stdout), err).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.exitCode = report(err, error);
  },
);
