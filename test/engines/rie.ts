/** AWS's runtime interface emulator, which starts the runtime client around a function and invokes it, on loopback. */
import { join } from 'node:path';
import { type Availability, enginesDirectory, freePort, installed } from './engine.js';
import { available as clientAvailable, runtimeClient } from './lambda.js';
import { node } from './node.js';
import { listening, start } from './process.js';

export interface EmulatedFunction {
  /** What `aws lambda invoke` would give, errors of the function included. */
  invoke(event: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

export function available(): Availability {
  const found = installed('install-rie.sh', 'rie', 'aws-lambda-rie');
  return 'reason' in found ? found.reason : clientAvailable();
}

/** Starts a function from the folder of its code, on Node 24. */
export async function startEmulated(
  directory: string,
  environment: Readonly<Record<string, string>> = {},
  handler = 'index.handler',
): Promise<EmulatedFunction> {
  const port = await freePort();
  const { args, variables } = runtimeClient(handler);
  const program = start(
    join(enginesDirectory, 'rie', 'aws-lambda-rie'),
    [
      `--runtime-interface-emulator-address=127.0.0.1:${port}`,
      `--runtime-api-address=127.0.0.1:${await freePort()}`,
      '--log-level=error',
      node(24),
      ...args,
    ],
    {
      cwd: directory,
      environment: {
        ...environment,
        ...variables,
        _HANDLER: handler,
        AWS_LAMBDA_FUNCTION_TIMEOUT: '5',
        AWS_REGION: 'eu-west-1',
        LAMBDA_TASK_ROOT: directory,
      },
    },
  );
  await listening(program, port);
  const url = `http://127.0.0.1:${port}/2015-03-31/functions/function/invocations`;
  return {
    invoke: async (event) => {
      const text = await (await fetch(url, { method: 'POST', body: JSON.stringify(event) })).text();
      return text === '' ? undefined : JSON.parse(text);
    },
    stop: () => program.stop(),
  };
}
