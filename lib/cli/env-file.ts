import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FaastenError } from '../core/errors.js';
import type { Call } from './command.js';
import type { Project } from './config.js';

/** The option by which commands take one. */
export const ENV_OPTION = {
  type: 'string',
  value: '<file>',
  description: 'file with secrets; by default .env beside the config',
} as const;

/**
 * The file with secrets: the one that `--env` names, or `.env` beside the config, which need not be there. Says on stderr which of its
 * lines mean nothing.
 * @throws when one that is named is not there
 */
export function envFileOf({ options, directory, err }: Call, project: Project): string {
  const given = options.text('env');
  const file = given === undefined ? join(project.folder, '.env') : resolve(directory, given);
  const isThere = existsSync(file) && statSync(file).isFile();
  if (given !== undefined && !isThere)
    throw new FaastenError('env-missing', `there is no file '${file}'; --env names one with lines NAME=value`);
  if (isThere) {
    for (const line of strayLines(readFileSync(file, 'utf8')))
      err.line(
        `${err.paint('yellow', 'warning:')} ${file}:${line} is not understood; write it as NAME=value, or begin it with #`,
      );
  }
  return file;
}

/** Numbers of the lines that are neither a variable, nor a comment, nor part of a value in quotes. */
function strayLines(text: string): number[] {
  const stray: number[] = [];
  let quote: string | undefined;
  let begun = 0;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (quote !== undefined) {
      if (line.includes(quote)) quote = undefined;
      continue;
    }
    const [, value] = /^\s*(?:export\s+)?[\w.-]+(?:\s*=\s*?|:\s+?)(.*)$/.exec(line) ?? [];
    if (value === undefined) {
      if (!/^\s*(#.*)?$/.test(line)) stray.push(index + 1);
      continue;
    }
    const [, mark, rest = ''] = /^\s*(['"`])(.*)$/.exec(value) ?? [];
    if (mark !== undefined && !rest.includes(mark)) {
      quote = mark;
      begun = index + 1;
    }
  }
  // Quotes that never end.
  if (quote !== undefined) stray.push(begun);
  return stray;
}
