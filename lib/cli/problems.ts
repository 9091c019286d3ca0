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
  const { name, message, stack } = (error ?? {}) as Partial<Error>;
  const title = err.paint('red', 'error:');
  if (message === undefined) {
    const what =
      error === null || error === undefined ? `${error} was thrown; throw an Error, which says what is wrong` : String(error);
    err.line(`${title} ${what}`);
    return;
  }
  const place = placesOf(stack)[0] ?? placeIn(message);
  const isPlain = name === 'Error' || name === 'FaastenError' || name === undefined;
  const words = missingModule(error as NodeJS.ErrnoException, place) ?? message.replace(/\n\s*[^\n]+:\d+:\d+\s*$/, '');
  err.line(`${title} ${isPlain ? '' : `${name}: `}${words.replace(/\s*\n\s*/g, '\n  ').trimEnd()}`);
  if (place) quote(err, place);
  else if (!isPlain && stack) err.line(err.paint('dim', stack.slice(stack.indexOf('\n') + 1)));
}

/** What to do about an import that leads nowhere; undefined for other errors. */
function missingModule({ code, message }: NodeJS.ErrnoException, place: Place | undefined): string | undefined {
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') return undefined;
  const [, name] = /Cannot find (?:module|package) '([^']+)'/.exec(message) ?? [];
  if (name === undefined) return undefined;
  const importer = place ? `, which ${shownPath(place.file)} imports` : '';
  if (/^[./\\]/.test(name)) return `cannot find the file '${name}'${importer}; write the path as it is from there`;
  const wanted = name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
  const isListed = existsSync('package.json') && readFileSync('package.json', 'utf8').includes(`"${wanted}"`);
  return `cannot find the package '${wanted}'${importer}; run: npm install${isListed ? '' : ` ${wanted}`}`;
}

/** The place that a parser writes below its message. */
function placeIn(message: string): Place | undefined {
  const [, file, line, column] = /\n\s*([^\n]+):(\d+):(\d+)\s*$/.exec(message) ?? [];
  return file !== undefined && existsSync(file) ? { file, line: Number(line), column: Number(column) } : undefined;
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
  const text = readFileSync(file, 'utf8').split(/\r?\n/)[line - 1];
  // What the compiler puts before the first line moves its columns.
  const isInside = text === undefined || column <= text.length + 1;
  err.line(`  at ${err.paint('cyan', `${shownPath(file)}:${line}${isInside ? `:${column}` : ''}`)}`);
  if (text?.trim()) err.line(err.paint('dim', `  ${String(line).padStart(5)} | ${text.trimEnd().slice(0, 160)}`));
}

/** From here, or whole where it is not below. */
function shownPath(file: string): string {
  const shown = relative(process.cwd(), file);
  return shown.startsWith('..') ? file : shown;
}
