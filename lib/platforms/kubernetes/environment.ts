import { invalid, shown } from '../../core/errors.js';
import type { FunctionSpec, SecretSpec } from '../../core/model.js';
import { SECRET_PREFIX } from '../../runtime/wire.js';

/** An entry of a container's `env`. */
export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: object;
}

/** The environment of one container, in the order it was said: a variable may only use those before it. */
export class Environment {
  private readonly variables = new Map<string, Variable>();
  private readonly lateValues = new Map<string, () => string | undefined>();

  constructor(private readonly path: string) {}

  /** Sets a variable to a text, which stays what it is. */
  set(name: string, value: string): void {
    this.add({ name, value: plain(value) });
  }

  /** Sets a variable to a text in which Kubernetes replaces `$(NAME)` by variables that were set before. */
  expand(name: string, value: string): void {
    this.add({ name, value });
  }

  /** Sets a variable to the value of a key of a Secret or ConfigMap. */
  from(name: string, kind: 'secretKeyRef' | 'configMapKeyRef', object: string, key: string): void {
    this.add({ name, valueFrom: { [kind]: { name: object, key } } });
  }

  /** A variable of the secret's own name holds the value; a second one tells the runtime so. */
  secret(name: string, secret: SecretSpec): void {
    const key = secret.field ?? 'value';
    const fail = (wrong: string, advice: string): never => {
      throw invalid('function', this.path, wrong, advice);
    };
    if (secret.version !== undefined) {
      fail(`secrets.${name} has the version ${shown(secret.version)}`, 'leave it out: a Secret of Kubernetes has one value');
    }
    if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(secret.name)) {
      fail(
        `secrets.${name} is the secret ${shown(secret.name)}, which is no name of a Secret of Kubernetes`,
        "use lower case letters, digits, '-' and '.', as in 'shop-payment-key'",
      );
    }
    if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key)) {
      fail(`secrets.${name} has the field ${shown(key)}`, "use a key of a Secret: letters, digits, '-', '_' and '.'");
    }
    this.from(name, 'secretKeyRef', secret.name, key);
    this.set(`${SECRET_PREFIX}${name}`, `env:${name}`);
  }

  /** A variable whose text is known when the manifests are written; without one, there is no variable. */
  late(name: string, value: () => string | undefined): void {
    this.set(name, '');
    this.lateValues.set(name, value);
  }

  list(): Variable[] {
    return [...this.variables.values()].flatMap((variable) => {
      const late = this.lateValues.get(variable.name);
      if (!late) return [variable];
      const value = late();
      return value === undefined ? [] : [{ name: variable.name, value: plain(value) }];
    });
  }

  private add(variable: Variable): void {
    const known = this.variables.get(variable.name);
    if (known && JSON.stringify(known) !== JSON.stringify(variable)) {
      throw invalid('function', this.path, `the variable ${variable.name} is set already`, 'choose another name');
    }
    this.variables.set(variable.name, variable);
  }
}

/** Kubernetes expands `$(NAME)` in values. */
function plain(value: string): string {
  return value.replaceAll('$', '$$$$');
}

export function environmentOf(spec: FunctionSpec): Environment {
  const environment = new Environment(spec.path);
  for (const [name, value] of Object.entries(spec.environment)) environment.set(name, value);
  for (const [name, secret] of Object.entries(spec.secrets)) environment.secret(name, secret);
  return environment;
}
