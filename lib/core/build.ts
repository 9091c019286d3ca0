import type { Construct } from 'constructs';
import { FaastenError, shown } from './errors.js';

/** Creates a service in a scope. */
export type Build = (scope: Construct) => unknown;

/**
 * What creates a service in a scope.
 * @param where it is given, as an error says it: `'faasten.config.ts' exports`
 * @throws for anything but a function; a class is the most likely
 */
export function checkedBuild(where: string, build: unknown): Build {
  const advice = (name: string) => `(scope) => new ${name}(scope, '${name}')`;
  if (typeof build !== 'function')
    throw new FaastenError(
      'config-invalid',
      `${where} ${shown(build)}; give a function that creates the service: ${advice('Shop')}`,
    );
  if (!/^class\b/.test(Function.prototype.toString.call(build))) return build as Build;
  const name = build.name || 'Shop';
  throw new FaastenError('config-invalid', `${where} the class ${name}; give a function that creates one: ${advice(name)}`);
}
