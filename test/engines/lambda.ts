/**
 * AWS's own runtime client (aws-lambda-ric) around a function, on Node 24, and the other side of it: the Lambda runtime API.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { type Availability, enginesDirectory, installed } from './engine.js';
import { node, available as nodeAvailable } from './node.js';
import { deferred, type Running, start } from './process.js';

export interface LambdaError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stackTrace?: readonly string[];
}

/** What Lambda's Invoke API would answer: a payload or a function error. */
export interface LambdaAnswer {
  /** What the handler returned, through JSON. For a streamed answer see `body`. */
  readonly payload?: unknown;
  /** `FunctionError` with its payload. `Sandbox.Timedout` where the function took longer than its timeout. */
  readonly error?: LambdaError;
  /** The raw answer, byte by byte. */
  readonly body: Buffer;
  /** Set where the runtime streamed its answer. */
  readonly streamed: boolean;
}

export interface LambdaFunction {
  /** Sends one event; one at a time, as Lambda does. */
  invoke(event: unknown): Promise<LambdaAnswer>;
  /** What it printed so far: its log. */
  output(): string;
  stop(): Promise<void>;
}

export interface LambdaSettings {
  /** @default 'index.handler' */
  readonly handler?: string;
  /** @default 10 */
  readonly timeoutSeconds?: number;
  /** @default 256 */
  readonly memoryMiB?: number;
}

const VERSION = '/2018-06-01/runtime';
const NAME = 'conformance';
const ARN = `arn:aws:lambda:eu-west-1:123456789012:function:${NAME}`;
const INIT_SECONDS = 20;
const PRELOAD = join(__dirname, 'preload', 'aws-sdk.mjs');

const client = () => join(enginesDirectory, 'lambda', 'node_modules', 'aws-lambda-ric', 'index.mjs');

export function available(): Availability {
  const found = installed('install-lambda.sh', 'lambda', 'node_modules', 'aws-lambda-ric', 'rapid-client.node');
  return 'reason' in found ? found.reason : nodeAvailable(24);
}

/** How Node.js is started so that it runs the runtime client around a handler. */
export function runtimeClient(handler: string): {
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
} {
  const variables = { LAMBDA_RUNTIME_DIR: dirname(client()), AWS_SDK_DIR: join(enginesDirectory, 'aws-sdk') };
  return { args: ['--import', PRELOAD, client(), handler], variables };
}

/** Starts a function from the folder of its code. @throws with its log when it cannot be initialised */
export async function startFunction(
  directory: string,
  environment: Readonly<Record<string, string>> = {},
  settings: LambdaSettings = {},
): Promise<LambdaFunction> {
  const api = new RuntimeApi(settings.timeoutSeconds ?? 10);
  const port = await api.listen();
  const handler = settings.handler ?? 'index.handler';
  const { args, variables } = runtimeClient(handler);
  const program = start(node(24), args, {
    cwd: directory,
    environment: {
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      AWS_SESSION_TOKEN: 'none',
      ...environment,
      _HANDLER: handler,
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: NAME,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMiB ?? 256),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${NAME}`,
      AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[$LATEST]0123456789abcdef',
      LAMBDA_TASK_ROOT: directory,
      ...variables,
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
    },
  });
  api.watch(program);
  const stop = async () => {
    await program.stop();
    await api.close();
  };
  try {
    await api.ready();
  } catch (error) {
    await stop();
    throw error;
  }
  return { invoke: (event) => api.invoke(event), output: () => program.output(), stop };
}

interface Invocation {
  readonly id: string;
  readonly event: string;
  done(answer: LambdaAnswer): void;
}

/** The HTTP API that Lambda offers to a runtime. */
class RuntimeApi {
  private readonly server = createServer((request, response) => this.answer(request, response));
  private readonly initialised = deferred();
  private program: Running | undefined;
  private asking: ServerResponse | undefined;
  private waiting: Invocation | undefined;
  private current: Invocation | undefined;

  constructor(private readonly timeoutSeconds: number) {
    this.initialised.promise.catch(() => {});
  }

  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(0, '127.0.0.1', () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  watch(program: Running): void {
    this.program = program;
    void program.end.then(() => {
      this.initialised.reject(new Error(`the function ended while it was initialised:\n${program.output()}`));
      const last = this.current ?? this.waiting;
      this.current = undefined;
      this.waiting = undefined;
      const message = `RequestId: ${last?.id} Error: Runtime exited (${program.ended()})`;
      last?.done({ error: { errorType: 'Runtime.ExitError', errorMessage: message }, body: Buffer.alloc(0), streamed: false });
    });
  }

  async ready(): Promise<void> {
    const timer = setTimeout(() => {
      const text = `the function was not initialised within ${INIT_SECONDS} s:\n${this.program?.output()}`;
      this.initialised.reject(new Error(text));
    }, INIT_SECONDS * 1000);
    await this.initialised.promise.finally(() => clearTimeout(timer));
  }

  invoke(event: unknown): Promise<LambdaAnswer> {
    if (this.program?.ended() !== undefined) throw new Error(`the function has ended:\n${this.program.output()}`);
    if (this.current || this.waiting) throw new Error('a Lambda environment handles one event at a time');
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        // Lambda freezes and discards the environment.
        const errorMessage = `${this.current?.id} Task timed out after ${this.timeoutSeconds.toFixed(2)} seconds`;
        this.current = undefined;
        resolve({ error: { errorType: 'Sandbox.Timedout', errorMessage }, body: Buffer.alloc(0), streamed: false });
        void this.program?.stop();
      }, this.timeoutSeconds * 1000);
      const done = (answer: LambdaAnswer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      this.waiting = { id: randomUUID(), event: JSON.stringify(event), done };
      this.deliver();
    });
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    if (request.method === 'GET' && path === `${VERSION}/invocation/next`) {
      this.asking = response;
      this.initialised.resolve();
      this.deliver();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(this.received(path, request, Buffer.concat(chunks)), { 'Content-Type': 'application/json' });
      response.end('{"status":"OK"}');
    });
  }

  private received(path: string, request: IncomingMessage, body: Buffer): number {
    if (request.method !== 'POST') return 404;
    if (path === `${VERSION}/init/error`) {
      const error = JSON.parse(body.toString()) as LambdaError;
      this.initialised.reject(new Error(`${error.errorType}: ${error.errorMessage}\n${this.program?.output()}`));
      return 202;
    }
    const match = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(path);
    const invocation = this.current;
    if (!match) return 404;
    if (!invocation || invocation.id !== match[1]) return 400;
    this.current = undefined;
    const streamed = request.headers['lambda-runtime-function-response-mode'] === 'streaming';
    if (match[2] === 'error') {
      const error = JSON.parse(body.toString()) as LambdaError;
      invocation.done({ error, body, streamed: false });
    } else if (streamed) {
      const type = request.trailers['lambda-runtime-function-error-type'];
      const detail = request.trailers['lambda-runtime-function-error-body'];
      const error = type ? { ...JSON.parse(Buffer.from(detail ?? 'e30=', 'base64').toString()), errorType: type } : undefined;
      invocation.done({ body, streamed, ...(error ? { error } : {}) });
    } else {
      const text = body.toString();
      invocation.done({ body, streamed, ...(text ? { payload: JSON.parse(text) } : {}) });
    }
    return 202;
  }

  private deliver(): void {
    if (!this.asking || !this.waiting) return;
    this.current = this.waiting;
    this.waiting = undefined;
    this.asking.writeHead(200, {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': this.current.id,
      'Lambda-Runtime-Deadline-Ms': String(Date.now() + this.timeoutSeconds * 1000),
      'Lambda-Runtime-Invoked-Function-Arn': ARN,
      'Lambda-Runtime-Trace-Id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1',
    });
    this.asking.end(this.current.event);
    this.asking = undefined;
  }
}
