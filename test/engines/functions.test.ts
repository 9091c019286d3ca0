import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { missing, run } from './engine.js';
import * as http from './http-function.js';
import * as lambda from './lambda.js';
import * as node from './node.js';
import { deferred } from './process.js';
import * as pubsub from './pubsub-emulator.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
function stopped<T extends { stop(): Promise<void> }>(running: T): T {
  cleanups.push(() => running.stop());
  return running;
}
function folder(files: Record<string, string>): string {
  const made = mkdtempSync(join(tmpdir(), 'function-'));
  cleanups.push(() => rmSync(made, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(made, name)), { recursive: true });
    writeFileSync(join(made, name), text);
  }
  return made;
}

describe.each([22, 24] as const)('node %i', (major) => {
  test.skipIf(missing(`node ${major}`, node.available(major)))('is that version', () => {
    expect(run(node.node(major), ['--version']).stdout).toMatch(new RegExp(`^v${major}\\.`));
  });
});

describe.skipIf(missing('aws-lambda-ric', lambda.available()))('Lambda', () => {
  const code = (body: string) => folder({ 'index.mjs': body });

  test('runs a handler on the runtime client: event, context, environment, log', async () => {
    const directory = code(`export const handler = async (event, context) => {
      console.log('handled', event.a);
      return { event, left: context.getRemainingTimeInMillis() > 4000, id: context.awsRequestId.length, arn: context.invokedFunctionArn,
        memory: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE, given: process.env.GIVEN, home: process.env.FAASTEN_ENGINES ?? 'none',
        node: process.versions.node.split('.')[0], cwd: process.cwd() === process.env.LAMBDA_TASK_ROOT };
    };`);
    const running = stopped(await lambda.startFunction(directory, { GIVEN: 'yes' }, { timeoutSeconds: 5, memoryMiB: 512 }));
    expect((await running.invoke({ a: 'ü' })).payload).toEqual({
      event: { a: 'ü' },
      left: true,
      id: 36,
      arn: 'arn:aws:lambda:eu-west-1:123456789012:function:conformance',
      memory: '512',
      given: 'yes',
      home: 'none',
      node: '24',
      cwd: true,
    });
    await expect.poll(() => running.output()).toContain('handled ü');
    expect((await running.invoke({ a: 2 })).payload).toMatchObject({ event: { a: 2 } });
  });

  test('gives errors, timeouts and the end of the process as Lambda does', async () => {
    const directory = code(`export const handler = async (event) => {
      if (event === 'throw') throw new TypeError('no');
      if (event === 'exit') process.exit(3);
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    };`);
    const first = stopped(await lambda.startFunction(directory, {}, { timeoutSeconds: 1 }));
    expect((await first.invoke('throw')).error).toMatchObject({ errorType: 'TypeError', errorMessage: 'no' });
    expect((await first.invoke('wait')).error).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringContaining('1.00 seconds'),
    });
    const second = stopped(await lambda.startFunction(directory));
    expect((await second.invoke('exit')).error).toMatchObject({ errorType: 'Runtime.ExitError' });
  });

  test('gives streamed answers', async () => {
    const directory = code(`export const handler = awslambda.streamifyResponse(async (event, stream) => {
      stream.write('one,');
      stream.end('two');
    });`);
    const answer = await stopped(await lambda.startFunction(directory)).invoke({});
    expect({ streamed: answer.streamed, text: answer.body.toString() }).toEqual({ streamed: true, text: 'one,two' });
  });

  test('brings the AWS clients, which a bundle leaves out', async () => {
    const directory = code(`import { SQSClient } from '@aws-sdk/client-sqs';
      export const handler = async () => typeof SQSClient;`);
    expect((await stopped(await lambda.startFunction(directory)).invoke({})).payload).toBe('function');
  });

  test('says why a function does not start', async () => {
    await expect(lambda.startFunction(code("throw new Error('broken at start')"))).rejects.toThrow('broken at start');
    await expect(lambda.startFunction(code('export const other = 1;'))).rejects.toThrow(/handler is undefined/);
    await expect(lambda.startFunction(code("import 'left-pad'; export const handler = 1"))).rejects.toThrow(/left-pad/);
  });
});

describe.skipIf(missing('node 24', http.available()))('functions that are HTTP servers', () => {
  /** A server on all interfaces would answer at this loopback address too. */
  const elsewhere = (url: string) => expect(fetch(url.replace('127.0.0.1', '127.0.0.2'))).rejects.toThrow();

  test("run on Google's functions-framework", async () => {
    const directory = folder({
      'package.json': '{ "type": "module", "main": "index.mjs" }',
      'index.mjs': `export const handler = (request, response) => {
        console.log('handled');
        response.json({ path: request.path, body: request.rawBody.toString(), node: process.versions.node.split('.')[0], given: process.env.GIVEN });
      };`,
    });
    const running = stopped(await http.startOnFunctionsFramework(directory, { GIVEN: 'yes' }));
    const response = await fetch(`${running.url}/some/path`, {
      method: 'POST',
      body: 'text',
      headers: { 'Content-Type': 'text/plain' },
    });
    expect(await response.json()).toEqual({ path: '/some/path', body: 'text', node: '24', given: 'yes' });
    await expect.poll(() => running.output()).toContain('handled');
    await elsewhere(running.url);
  });

  test('run as their own server, and end on SIGTERM', async () => {
    const directory = folder({
      'index.mjs': `import { createServer } from 'node:http';
        const server = createServer((request, response) => response.end(request.url)).listen(process.env.PORT);
        process.once('SIGTERM', () => { console.log('ending'); server.close(); server.closeAllConnections(); });`,
    });
    const running = await http.startServer(directory);
    expect(await (await fetch(`${running.url}/a?b`)).text()).toBe('/a?b');
    await elsewhere(running.url);
    await running.stop();
    expect(running.output()).toContain('ending');
    await expect(fetch(running.url)).rejects.toThrow();
  });

  test('say why they do not start', async () => {
    await expect(http.startServer(folder({ 'index.mjs': "throw new Error('broken at start')" }))).rejects.toThrow(
      'broken at start',
    );
  });
});

describe.skipIf(missing('the Pub/Sub emulator', pubsub.available()))('Pub/Sub', () => {
  test('pushes what is published, wrapped, until it is acknowledged', { timeout: 90_000 }, async () => {
    const seen: { body: any; attempt: number }[] = [];
    const two = deferred();
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        seen.push({ body: JSON.parse(text), attempt: seen.length + 1 });
        response.writeHead(seen.length === 1 ? 500 : 204).end();
        if (seen.length === 2) two.resolve();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => server.close());
    const emulator = stopped(await pubsub.startPubSub());
    await emulator.request('PUT', 'topics/orders', {});
    await emulator.request('PUT', 'subscriptions/push', {
      topic: `projects/${emulator.project}/topics/orders`,
      pushConfig: { pushEndpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` },
    });
    const data = Buffer.from('hello').toString('base64');
    const { messageIds } = await emulator.request('POST', 'topics/orders:publish', {
      messages: [{ data, attributes: { a: 'b' } }],
    });
    await two.promise;
    expect(seen[1]!.body).toMatchObject({
      subscription: `projects/${emulator.project}/subscriptions/push`,
      message: { data, attributes: { a: 'b' }, messageId: messageIds[0] },
    });
    await expect(emulator.request('GET', 'topics/nothing')).rejects.toThrow('404');
  });
});
