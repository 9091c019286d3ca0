import { Architecture, Code, type FunctionProps, Runtime, RuntimeFamily } from 'aws-cdk-lib/aws-lambda';
import { NODE_RUNTIME } from '../runtimes.js';

/** A small function of faasten's own, whose code stands in the template, so that no asset has to be deployed for it. */
export function inlineCode(source: string): Pick<FunctionProps, 'runtime' | 'architecture' | 'handler' | 'code'> {
  return {
    runtime: new Runtime(NODE_RUNTIME, RuntimeFamily.NODEJS, { supportsInlineCode: true }),
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: Code.fromInline(source),
  };
}
