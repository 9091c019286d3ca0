import type { CfnFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Stack } from 'aws-cdk-lib/core';
import { LIMITS } from './limits.js';

/** For `addValidation`: what is wrong with the environment of a function when nothing is added to it any more. */
export function tooMuchEnvironment(path: string, fn: LambdaFunction): string[] {
  const { environment } = fn.node.defaultChild as CfnFunction;
  const { variables = {} } = (Stack.of(fn).resolve(environment) ?? {}) as { variables?: Record<string, unknown> };
  // Late values are counted as nothing: the real size is at least this.
  const bytes = Object.entries(variables).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + (typeof value === 'string' ? Buffer.byteLength(value) : 0),
    0,
  );
  const { value, source } = LIMITS.environmentMaxBytes;
  return bytes <= value
    ? []
    : [
        `function '${path}': its environment has ${bytes} bytes, and Lambda takes ${value} (${source}); ` +
          'move large values into a bucket or a secret',
      ];
}
