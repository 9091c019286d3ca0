/** Functions of a stack on AWS's own runtime client: what `cdk deploy` would upload, with the environment of the template. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { type LambdaFunction, startFunction } from '../../engines/lambda.js';
import { type EmulatedFunction, startEmulated } from '../../engines/rie.js';

/** @param declare puts one function, called `Fn`, into the stack */
export function startedFunction(declare: (stack: Stack) => void): Promise<LambdaFunction> {
  return started(declare, (folder, environment, handler) => startFunction(folder, environment, { handler }));
}

/** The same on AWS's runtime interface emulator. */
export function emulatedFunction(declare: (stack: Stack) => void): Promise<EmulatedFunction> {
  return started(declare, startEmulated);
}

async function started<T extends { stop(): Promise<void> }>(
  declare: (stack: Stack) => void,
  start: (folder: string, environment: Record<string, string>, handler: string) => Promise<T>,
): Promise<T> {
  const outdir = mkdtempSync(join(tmpdir(), 'running-'));
  try {
    const app = new App({ outdir });
    declare(new Stack(app, 'shop', { env: { account: '123456789012', region: 'us-east-1' } }));
    app.synth();
    const json = (file: string) => JSON.parse(readFileSync(join(outdir, file), 'utf8'));
    const { Properties } = Object.entries<any>(json('shop.template.json').Resources).find(
      ([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.startsWith('Fn'),
    )![1];
    const asset = json('shop.assets.json').files[String(Properties.Code.S3Key).replace(/\.zip$/, '')];
    const environment = Object.fromEntries(
      Object.entries<unknown>(Properties.Environment.Variables).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : `deployed:${JSON.stringify(value)}`,
      ]),
    );
    const running = await start(join(outdir, asset.source.path), environment, Properties.Handler);
    const stop = async () => {
      await running.stop();
      rmSync(outdir, { recursive: true, force: true });
    };
    return { ...running, stop };
  } catch (error) {
    rmSync(outdir, { recursive: true, force: true });
    throw error;
  }
}
