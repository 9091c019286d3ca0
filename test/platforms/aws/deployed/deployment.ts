/** An app that the CDK's own command deploys to a server which answers as AWS does, and runs the functions. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  awsSdkAvailable,
  type CloudServer,
  MINISTACK_KEYS,
  ministackAvailable,
  startMinistack,
} from '../../../engines/cloud-servers.js';
import { enginesDirectory, missing, run } from '../../../engines/engine.js';
import { node, available as nodeAvailable } from '../../../engines/node.js';

const root = join(__dirname, '../../../..');
const sdk = join(enginesDirectory, 'aws-sdk', 'node_modules');

export const skip =
  missing('ministack', ministackAvailable()) || missing('aws-sdk', awsSdkAvailable()) || missing('node 24', nodeAvailable(24));

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  json(): any;
}

export class Deployment {
  /** Handlers of the second stack: a copy, so that they can be changed. */
  readonly handlers: string;
  /** When the one-time schedule is due: after the deployment, whose length nobody knows, the first look at it comes late. */
  private readonly soon = new Date(Date.now() + 60_000).toISOString();
  private outputs: Record<string, Record<string, string>> = {};

  private constructor(
    readonly server: CloudServer,
    private readonly folder: string,
    private readonly without: readonly string[],
  ) {
    // Inside of the repository's node_modules, from where handlers find their packages, and this one as its users do.
    this.handlers = mkdtempSync(join(root, 'node_modules', '.cache', 'faasten-deployed-'));
    cpSync(join(__dirname, '../everything'), this.handlers, { recursive: true });
    mkdirSync(join(this.handlers, 'node_modules'));
    symlinkSync(root, join(this.handlers, 'node_modules', 'faasten'), 'dir');
  }

  static async start(without: readonly string[]): Promise<Deployment> {
    const folder = mkdtempSync(join(tmpdir(), 'deployed-'));
    mkdirSync(join(root, 'node_modules', '.cache'), { recursive: true });
    // Lambda's runtime brings the AWS SDK; here functions find it in a folder above theirs.
    symlinkSync(sdk, join(folder, 'node_modules'));
    mkdirSync(join(folder, 'functions'));
    const path = `${dirname(node(24))}${delimiter}${process.env.PATH}`;
    return new Deployment(await startMinistack({ TMPDIR: join(folder, 'functions'), PATH: path }), folder, without);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    for (const made of [this.folder, this.handlers]) rmSync(made, { recursive: true, force: true });
  }

  cdk(command: string, ...args: string[]): void {
    const common = ['--app', 'npx tsx test/platforms/aws/deployed/app.ts', '--output', join(this.folder, 'cdk.out'), '--ci'];
    const { status, stdout, stderr } = run(join(root, 'node_modules/.bin/cdk'), [command, ...args, ...common], {
      cwd: root,
      timeoutSeconds: 150,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        AWS_ENDPOINT_URL: this.server.url,
        AWS_ACCESS_KEY_ID: MINISTACK_KEYS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: MINISTACK_KEYS.secretAccessKey,
        AWS_REGION: 'eu-west-1',
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        CDK_VALIDATION: 'false', // its rules are another test's; here they would take seconds of every command
        HANDLERS: this.handlers,
        SOON: this.soon,
        WITHOUT: this.without.join(','),
      },
    });
    if (status !== 0)
      throw new Error(
        `cdk ${command} failed:\n${stdout.slice(-2000)}\n${stderr.slice(-3000)}\n${this.server.output().slice(-2000)}`,
      );
  }

  deploy(): void {
    const file = join(this.folder, 'outputs.json');
    this.cdk('deploy', '--all', '--concurrency', '2', '--require-approval', 'never', '--outputs-file', file);
    this.outputs = JSON.parse(readFileSync(file, 'utf8'));
  }

  output(stack: string, name: string): string {
    return this.outputs[stack]![name]!;
  }

  /** A client of the AWS SDK, as the server's users have it: `client('sqs', 'SQSClient')`, and the package's commands. */
  client<T = any>(service: string): { sdk: T; client: any } {
    const module = createRequire(join(sdk, 'package.json'))(join(sdk, '@aws-sdk', `client-${service}`));
    const name = Object.keys(module).find((each) => /^[A-Z]\w*Client$/.test(each) && !each.startsWith('__'))!;
    const client = new module[name]({
      endpoint: this.server.url,
      region: 'eu-west-1',
      credentials: MINISTACK_KEYS,
      ...(service === 's3' && { forcePathStyle: true }),
    });
    return { sdk: module, client };
  }

  /** A request to the API of a stack: the server finds it by the host's name, which no resolver knows. */
  call(stack: string, method: string, path: string, body?: object, more: Record<string, string> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { host } = new URL(this.output(stack, 'Url'));
      const headers = { host, ...(body && { 'content-type': 'application/json' }), ...more };
      const sent = request(`${this.server.url}${path}`, { method, headers }, (response) => {
        const parts: Buffer[] = [];
        response
          .on('data', (part) => parts.push(part))
          .on('end', () => {
            const whole = Buffer.concat(parts);
            resolve({ status: response.statusCode!, body: whole, json: () => JSON.parse(whole.toString('utf8')) });
          });
      });
      sent.on('error', reject).end(body && JSON.stringify(body));
    });
  }

  async until<T>(what: string, ask: () => Promise<T | undefined>, seconds = 60): Promise<T> {
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) {
      const found = await ask();
      if (found !== undefined) return found;
      await wait(300);
    }
    throw new Error(`${what} did not come; the server said:\n${this.server.output().slice(-3000)}`);
  }
}
