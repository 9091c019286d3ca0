import { parseArgs } from 'node:util';
import { didYouMean } from '../core/suggest.js';
import { type Command, type OptionSpec, UsageError, Values } from './command.js';

/** Options that every command has. */
export const COMMON: Readonly<Record<string, OptionSpec>> = {
  help: { type: 'boolean', short: 'h', description: 'this help' },
};

/**
 * Arguments and options of a command line, checked against what the command declares.
 * @throws UsageError which names what was meant
 */
export function parse(command: Command, args: readonly string[]): { positionals: string[]; options: Values } {
  const known = { ...command.options, ...COMMON };
  const { tokens, values, positionals } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(known).map(([name, { type, short, multiple = false }]) => [
        name,
        { type, multiple, ...(short && { short }) },
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const refuse = (message: string): never => {
    throw new UsageError(message, command.name);
  };
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    const option = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!option)
      refuse(
        `unknown option '${rawName}'${didYouMean(
          rawName,
          Object.keys(known).map((each) => `--${each}`),
        )}`,
      );
    else if (option.type === 'boolean' && value !== undefined) refuse(`option '${rawName}' takes no value, but has '${value}'`);
    else if (option.type === 'string' && value === undefined)
      refuse(`option '${rawName}' wants a value: ${rawName} ${option.value}`);
    // `--out --json` would write into a folder named «--json».
    else if (option.type === 'string' && !token.inlineValue && value!.length > 1 && value!.startsWith('-')) {
      refuse(`option '${rawName}' wants a value, but '${value}' is an option; write ${rawName}=${value} if it is meant`);
    }
  }
  if (values.help !== true) checkCount(command, positionals);
  return { positionals, options: new Values(values) };
}

function checkCount({ name, arguments: wanted }: Command, given: readonly string[]): void {
  const missing = wanted[given.length];
  if (missing?.name.startsWith('<')) throw new UsageError(`${missing.name} is missing: ${missing.description}`, name);
  if (given.length > wanted.length) {
    const takes = wanted.length === 0 ? 'no argument' : wanted.map((each) => each.name).join(' ');
    throw new UsageError(`'${given[wanted.length]}' is one argument too many; '${name}' takes ${takes}`, name);
  }
}

/**
 * A whole number of an option.
 * @throws UsageError unless it is one between the two
 */
export function integer(command: string, options: Values, name: string, from: number, to: number): number | undefined {
  const text = options.text(name);
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw new UsageError(`--${name} is '${text}'; give a whole number from ${from} to ${to}`, command);
}

/**
 * The word of an option, or undefined.
 * @throws UsageError unless it is one of `choices`
 */
export function choice<T extends string>(command: string, options: Values, name: string, choices: readonly T[]): T | undefined {
  const text = options.text(name);
  if (text === undefined || choices.includes(text as T)) return text as T | undefined;
  throw new UsageError(`--${name} is '${text}'; give one of ${choices.join(', ')}${didYouMean(text, choices)}`, command);
}

/**
 * `name=value` pairs of an option that may be given several times.
 * @throws UsageError for what is none
 */
export function pairs(command: string, options: Values, name: string): Readonly<Record<string, string>> | undefined {
  const list = options.list(name);
  if (list.length === 0) return undefined;
  return Object.fromEntries(
    list.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new UsageError(`--${name} is '${text}'; write it as name=value`, command);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
