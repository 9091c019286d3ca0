import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, UsageError } from './command.js';
import type { Terminal } from './terminal.js';

/** What belongs to this package: compiled files. */
const OWN = join(__dirname, '..') + sep;

/** A place in a file of the user's. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Tells of an error: its message, and the line of the user's that led to it. Only an error that no line of the user's led to, and
 * that is none of faasten's own sentences, is shown with its stack.
 *
 * @returns the exit code
 */
export function report(err: Terminal, error: unknown): number {
  if (error instanceof UsageError) {
    err.line(`${err.paint('red', 'error:')} ${error.message}`);
    err.line(`run: faasten help${error.command ? ` ${error.command}` : ''}`);
    return EXIT.usage;
  }
  describeProblem(err, error);
  return EXIT.failed;
}

/** {@link report} without an exit code. */
export function describeProblem(err: Terminal, error: unknown): void {
  const { name, message, stack } = error as Partial<Error>;
  if (message === undefined) {
    err.line(`${err.paint('red', 'error:')} ${String(error)}`);
    return;
  }
  const isPlain = name === 'Error' || name === 'FaastenError' || name === undefined;
  err.line(`${err.paint('red', 'error:')} ${isPlain ? '' : `${name}: `}${message.replace(/\s*\n\s*/g, '\n  ').trimEnd()}`);
  const place = placesOf(stack)[0];
  if (place) quote(err, place);
  else if (!isPlain && stack) err.line(err.paint('dim', stack.slice(stack.indexOf('\n') + 1)));
}

/** Lines of the user's in a stack, the innermost first. */
export function placesOf(stack = ''): Place[] {
  return stack.split('\n').flatMap((text) => {
    const [, location, line, column] = /^\s+at (?:.*\()?((?:file:\/\/|[/\\]|[A-Za-z]:)[^()]*):(\d+):(\d+)\)?$/.exec(text) ?? [];
    if (location === undefined) return [];
    const file = sourceOf(location.startsWith('file://') ? fileURLToPath(location) : location);
    const isForeign = file.includes(`${sep}node_modules${sep}`) || file.startsWith(OWN);
    return isForeign || !existsSync(file) ? [] : [{ file, line: Number(line), column: Number(column) }];
  });
}

/** The file that a bundle's stack means: source maps name files from the project's folder, which may be above this one. */
function sourceOf(file: string): string {
  const [, source] = /[\\/]faasten[\\/]artifacts[\\/][^\\/]+[\\/](.+)$/.exec(file) ?? [];
  for (let folder = process.cwd(); source !== undefined; folder = dirname(folder)) {
    if (existsSync(join(folder, source))) return join(folder, source);
    if (folder === dirname(folder)) break;
  }
  return file;
}

/** `  at shop.ts:12:5`, and the line. */
function quote(err: Terminal, { file, line, column }: Place): void {
  const shown = relative(process.cwd(), file);
  err.line(`  at ${err.paint('cyan', `${shown.startsWith('..') ? file : shown}:${line}:${column}`)}`);
  const text = readFileSync(file, 'utf8').split(/\r?\n/)[line - 1];
  if (text?.trim()) err.line(err.paint('dim', `  ${String(line).padStart(5)} | ${text.trimEnd().slice(0, 160)}`));
}
