import { Handler, Runtime, RuntimeFamily } from 'aws-cdk-lib/aws-lambda';
import { invalid } from '../../core/errors.js';
import type { FunctionSpec } from '../../core/model.js';
import { ENTRY_HANDLER } from './code.js';

/** For bundled code, unless `tune({ runtime })` says otherwise. */
export const NODE_RUNTIME = 'nodejs24.x';

/** What Lambda runs, and by which name. */
export function entryPoint({ code, path }: FunctionSpec, tuned: Runtime | undefined): { runtime: Runtime; handler: string } {
  if (code.kind === 'image' || code.kind === 'build') return { runtime: Runtime.FROM_IMAGE, handler: Handler.FROM_IMAGE };
  if (code.kind === 'prebuilt') return { runtime: runtimeOf(code.runtime), handler: code.handler };
  const runtime = tuned ?? runtimeOf(NODE_RUNTIME);
  if (runtime.family !== RuntimeFamily.NODEJS)
    throw invalid(
      'function',
      path,
      `its entry is bundled for Node.js, but its runtime is ${runtime.name}`,
      'choose a nodejs runtime',
    );
  return { runtime, handler: ENTRY_HANDLER };
}

const FAMILIES: readonly [RegExp, RuntimeFamily][] = [
  [/^nodejs/, RuntimeFamily.NODEJS],
  [/^python/, RuntimeFamily.PYTHON],
  [/^java/, RuntimeFamily.JAVA],
  [/^dotnet/, RuntimeFamily.DOTNET_CORE],
  [/^ruby/, RuntimeFamily.RUBY],
  [/^go/, RuntimeFamily.GO],
];

/** The CDK's own object of a runtime; a new one where this version of the CDK does not know it yet. */
function runtimeOf(name: string): Runtime {
  const known = Runtime.ALL.find((runtime) => runtime.name === name);
  return known ?? new Runtime(name, FAMILIES.find(([pattern]) => pattern.test(name))?.[1] ?? RuntimeFamily.OTHER);
}
