import type { Construct } from 'constructs';

/**
 * What `faasten.config.ts` exports: creates the service in a scope that is given to it. `faasten dev`, `faasten invoke` and
 * `faasten synth` each bring their own: this machine, or a stack, a Terraform stack, a chart. A promise is waited for; what it
 * gives is not looked at.
 */
export type FaastenConfig = (scope: Construct) => unknown;

/**
 * Gives the config back as it is, for editors that complete and check it: `export default defineConfig((scope) => new Shop(scope, 'Shop'))`.
 * A plain function does as well.
 */
export function defineConfig(config: FaastenConfig): FaastenConfig {
  return config;
}
