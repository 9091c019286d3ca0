import { LinkError } from './clients.js';
import type { ServeOptions } from './serve.js';
import type { Trace } from './trace.js';
import { FUNCTION_VARIABLE, LINK_PREFIX, SECRET_PREFIX, SOURCE_PREFIX, TIMEOUT_VARIABLE } from './wire.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** What synthesis told the function, and what it is linked to. */
export class Environment {
  readonly functionName: string;
  /** Milliseconds an invocation may take. */
  readonly timeout: number;
  /** Clients of the links, made when they are asked for. */
  readonly links: Readonly<Record<string, unknown>>;
  /** Of the secrets that were read. */
  readonly secretValues: string[] = [];
  private secrets?: Promise<Record<string, string>>;

  constructor(private readonly options: ServeOptions) {
    const variables = this.variables;
    this.functionName = variables[FUNCTION_VARIABLE] ?? 'function';
    this.timeout = Number(variables[TIMEOUT_VARIABLE]) || Number.POSITIVE_INFINITY;
    const clients = new Map<string | symbol, unknown>();
    this.links = new Proxy(Object.freeze({}), {
      get: (_, name) => {
        if (typeof name === 'symbol') return undefined;
        if (!clients.has(name)) clients.set(name, this.client(name));
        return clients.get(name);
      },
    });
  }

  get variables(): Variables {
    return this.options.environment ?? process.env;
  }

  /** What lines of an invocation have besides. */
  lineFields(trace?: Trace): object {
    return (trace && this.options.lineFields?.(trace, this.variables)) ?? {};
  }

  /** Name of the trigger that gets events of a queue ARN, topic ARN or bucket name. */
  triggerOf(source: string): string | undefined {
    return named(this.variables, SOURCE_PREFIX).find(([, value]) => value === source)?.[0];
  }

  /** Values of all secrets. A failure is not kept: the next invocation tries again. */
  readSecrets(): Promise<Record<string, string>> {
    this.secrets ??= this.read().catch((error) => {
      this.secrets = undefined;
      throw error;
    });
    return this.secrets;
  }

  private async read(): Promise<Record<string, string>> {
    const values: Record<string, string> = {};
    for (const [name, location] of named(this.variables, SECRET_PREFIX)) {
      const [driver, address] = driverOf(this.options.secrets, name, location);
      values[name] = await driver(address, this.variables);
      this.secretValues.push(values[name]);
    }
    return values;
  }

  private client(name: string): unknown {
    const location = this.variables[LINK_PREFIX + name];
    if (!location) {
      const known = named(this.variables, LINK_PREFIX).map(([known]) => known);
      throw new LinkError(
        `function '${this.functionName}' has no link '${name}', but ${known.length > 0 ? known.sort().join(', ') : 'none at all'}; ` +
          `give it links: { ${name}: ... }`,
      );
    }
    const [driver, address] = driverOf(this.options.links, name, location);
    return driver({ name, address, environment: this.variables });
  }
}

/** Variables with a prefix, by what follows it. */
function named(variables: Variables, prefix: string): [string, string][] {
  return Object.entries(variables).flatMap(([key, value]) =>
    value && key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
  );
}

/** The driver for a `<scheme>:<address>`, and the address. */
function driverOf<D>(drivers: Readonly<Record<string, D>>, name: string, location: string): [D, string] {
  const at = location.indexOf(':');
  const driver = drivers[location.slice(0, at)];
  if (!driver) throw new LinkError(`there is no driver for '${name}', which is '${location}'; deploy the function again`);
  return [driver, location.slice(at + 1)];
}
