import { readFileSync } from 'node:fs';
import { FaastenError } from '../../../core/errors.js';
import type { LocalFunctionModel } from '../model.js';

/** The variable of an `.env` file that holds a secret: `shop/stripe-key` is `SHOP_STRIPE_KEY`. */
export function variableOf(secretName: string): string {
  const name = secretName.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
  return /^\d/.test(name) ? `_${name}` : name;
}

/** Values of secrets, by their names. They stay in here and in the workers that need them: nothing shows them. */
export class Secrets {
  private readonly variables: Readonly<Record<string, string | undefined>>;

  /** @param file an `.env` file; one that is not there has nothing in it. Variables of the process itself win. */
  constructor(
    private readonly file: string | undefined,
    private readonly given: Readonly<Record<string, string>> = {},
  ) {
    this.variables = { ...(file === undefined ? {} : read(file)), ...process.env };
  }

  /** How a value is given. */
  adviceFor(secretNames: readonly string[]): string {
    if (this.file !== undefined)
      return `add ${secretNames.map((name) => `${variableOf(name)}=…`).join(' and ')} to the .env file`;
    return `give it as secrets: { ${secretNames.map((name) => `'${name}': '…'`).join(', ')} }`;
  }

  get(secretName: string): string | undefined {
    return this.given[secretName] ?? this.variables[variableOf(secretName)];
  }
}

/** @throws where a secret of the function has no value */
export function requireSecrets({ secrets }: LocalFunctionModel, values: Secrets): void {
  const missing = Object.values(secrets).filter(({ name }) => values.get(name) === undefined);
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  const which = names.map((name) => `'${name}'`).join(', ');
  throw new FaastenError('secret-missing', `its secret ${which} has no value on this machine; ${values.adviceFor(names)}`);
}

function read(file: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    throw new FaastenError('secret-missing', `cannot read '${file}' (${code}); secrets come from a file with lines NAME=value`);
  }
  return (require('dotenv') as typeof import('dotenv')).parse(text);
}
