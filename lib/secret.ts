import { FaastenError, shown } from './core/errors.js';
import type { SecretSpec } from './core/model.js';

export interface SecretOptions {
  /**
   * Field of a secret that holds several values: a key of its JSON (AWS, Google) or of the Secret object (Kubernetes).
   * @default - the whole value; on Kubernetes, the key `value`
   */
  readonly field?: string;
  /**
   * Version or version stage to read.
   * @default - the newest
   */
  readonly version?: string;
}

/**
 * A reference to a value in the target's own secret store (AWS Secrets Manager, Google Secret Manager, a Kubernetes Secret).
 * The value never passes through synthesis: templates, environment listings and logs show the name only.
 */
export class Secret {
  /** The secret of that name in the store of the account, project or namespace that the function runs in. */
  static fromName(name: string, options: SecretOptions = {}): Secret {
    if (typeof name !== 'string' || !/^[A-Za-z0-9/_+=.@-]{1,255}$/.test(name)) {
      throw new FaastenError(
        'invalid-value',
        `${shown(name)} is no name of a secret; use letters, digits and /_+=.@-, as in 'shop/stripe-key'`,
      );
    }
    return new Secret({ name, ...options });
  }

  /** @internal */
  private constructor(readonly spec: SecretSpec) {
    Object.freeze(this);
  }
}

/** Not `instanceof`: a secret may come from another copy of faasten. */
export function isSecret(value: unknown): value is Secret {
  return typeof (value as Secret | undefined)?.spec?.name === 'string';
}
