import { readFileSync } from 'node:fs';

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
    file: string | undefined,
    private readonly given: Readonly<Record<string, string>> = {},
  ) {
    this.variables = { ...(file === undefined ? {} : read(file)), ...process.env };
  }

  get(secretName: string): string | undefined {
    return this.given[secretName] ?? this.variables[variableOf(secretName)];
  }
}

function read(file: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  return (require('dotenv') as typeof import('dotenv')).parse(text);
}
