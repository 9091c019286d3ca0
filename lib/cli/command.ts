import type { Terminal } from './terminal.js';

/** Exit codes, as `faasten help` documents them. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

export interface OptionSpec {
  readonly type: 'boolean' | 'string';
  /** One letter. */
  readonly short?: string;
  /** What stands for the value in the help, as in `<port>`. */
  readonly value?: string;
  readonly description: string;
  /** May be given several times. */
  readonly multiple?: boolean;
}

export interface Argument {
  /** As in `<function>` or `[folder]`. */
  readonly name: string;
  readonly description: string;
}

/** What a command is called with. */
export interface Call {
  /** Positional arguments. */
  readonly arguments: readonly string[];
  readonly options: Values;
  /** Result. */
  readonly out: Terminal;
  /** All that is said beside the result. */
  readonly err: Terminal;
  /** Folder that paths start from. */
  readonly directory: string;
}

/** Values of options, by name. */
export class Values {
  constructor(private readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>) {}

  flag(name: string): boolean {
    return this.values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  list(name: string): readonly string[] {
    const value = this.values[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** Names of the options that were given. */
  given(): string[] {
    return Object.keys(this.values);
  }
}

export interface Command {
  readonly name: string;
  /** One line, without a full stop. */
  readonly summary: string;
  /** Paragraphs below the usage. */
  readonly description: string;
  readonly arguments: readonly Argument[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** @returns the exit code */
  run(call: Call): Promise<number>;
}

/** What was typed makes no sense: exit code 2, with the way to the help. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(
    message: string,
    /** Whose help to point to. */
    readonly command?: string,
  ) {
    super(message);
  }
}
