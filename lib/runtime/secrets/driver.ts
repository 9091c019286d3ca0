/**
 * Reads the value of a secret from the target's store. Named by its scheme in wire.ts: `secrets/env.ts` exports `env`.
 * `address` is what follows the scheme in `FAASTEN_SECRET_<name>`. Called once per secret and process, before the first invocation.
 */
export type SecretDriver = (
  address: string,
  environment: Readonly<Record<string, string | undefined>>,
) => Promise<string> | string;
