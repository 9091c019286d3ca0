import { COMMON } from './arguments.js';
import type { Command, OptionSpec } from './command.js';
import type { Terminal } from './terminal.js';

/** Columns that text is broken at. */
const WIDTH = 100;

/** `faasten help`. */
export function overview(out: Terminal, commands: readonly Command[], version: string): void {
  const title = (text: string) => out.line(out.paint('bold', text));
  out.line(`faasten ${version}: serverless functions, declared once, for AWS, Google Cloud, Kubernetes and this machine`);
  out.line();
  title('Usage');
  out.line('  faasten <command> [options]');
  out.line();
  title('Commands');
  table(
    out,
    commands.map(({ name, summary }) => [name, summary]),
  );
  out.line();
  title('Options');
  table(out, [
    ['-h, --help', 'this help; faasten help <command> tells about one'],
    ['-v, --version', 'the version'],
  ]);
  out.line();
  title('Start here');
  table(out, [
    ['faasten init my-shop', 'a new project that runs'],
    ['faasten dev', 'run the service of ./faasten.config.ts on this machine'],
    ['faasten events queue | faasten invoke Fulfil --event -', 'one function, with a sample event'],
  ]);
  out.line();
  title('Exit codes');
  table(out, [
    ['0', 'it worked'],
    ['1', 'it did not: the service, a function or the machine'],
    ['2', 'the command line was not understood'],
  ]);
  out.line();
  paragraph(out, 'Colours: in a terminal only. NO_COLOR turns them off, FORCE_COLOR=1 on.');
}

/** `faasten help <command>`. */
export function helpOf(out: Terminal, command: Command): void {
  const title = (text: string) => out.line(out.paint('bold', text));
  const places = command.arguments.map(({ name }) => name).join(' ');
  out.line(`${command.summary}.`);
  out.line();
  title('Usage');
  out.line(`  faasten ${command.name}${places && ` ${places}`} [options]`);
  out.line();
  for (const text of command.description.split('\n\n')) {
    paragraph(out, text);
    out.line();
  }
  if (command.arguments.length > 0) {
    title('Arguments');
    table(
      out,
      command.arguments.map(({ name, description }) => [name, description]),
    );
    out.line();
  }
  title('Options');
  table(
    out,
    Object.entries({ ...command.options, ...COMMON }).map(([name, option]) => [optionName(name, option), option.description]),
  );
  out.line();
  title('Examples');
  for (const [example, what] of command.examples) {
    out.line(`  ${out.paint('dim', `# ${what}`)}`);
    out.line(`  ${out.paint('cyan', example)}`);
  }
}

function optionName(name: string, { short, value }: OptionSpec): string {
  return `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`;
}

function table(out: Terminal, rows: readonly (readonly [string, string])[]): void {
  const width = Math.max(...rows.map(([left]) => left.length));
  for (const [left, right] of rows) {
    const [first = '', ...rest] = wrapped(right, WIDTH - width - 4);
    out.line(`  ${out.paint('cyan', left)}${' '.repeat(width - left.length)}  ${first}`);
    for (const line of rest) out.line(`  ${' '.repeat(width)}  ${line}`);
  }
}

function paragraph(out: Terminal, text: string): void {
  for (const line of wrapped(text, WIDTH)) out.line(line);
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
