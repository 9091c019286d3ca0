/** APIs' functions as `cdk deploy` would upload them, on Lambda's own runtime client. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Authorizer, HttpApi, ServerlessFunction, Service, WebSocketApi } from '../../../lib/index.js';
import { missing } from '../../engines/engine.js';
import { available, type LambdaFunction, startFunction } from '../../engines/lambda.js';
import { payload } from '../../runtime/support.js';

const skip = missing('lambda', available());

describe.skipIf(skip)('functions of APIs', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'faasten-apis-'));
  const app = new App({ outdir });
  const running: LambdaFunction[] = [];
  let functions: Map<string, { folder: string; variables: Record<string, string> }>;

  beforeAll(() => {
    const stack = new Stack(app, 'apis');
    const root = join(__dirname, 'handlers');
    const routes = { 'GET /hello/{name}': { entry: 'hello.ts' }, 'GET /me': { entry: 'whoami.ts' } };
    new HttpApi(new Service(stack, 'Each', { root }), 'Api', { routes });
    new HttpApi(new Service(stack, 'One', { root, deployAs: 'function' }), 'Api', { routes });
    const service = new Service(stack, 'Asked', { root });
    const keys = new ServerlessFunction(service, 'Keys', { entry: 'keys.ts' });
    const hello = new ServerlessFunction(service, 'Hello', { entry: 'hello.ts' });
    new HttpApi(service, 'Api', {
      authorizer: Authorizer.function('Keys', keys, { headers: ['x-key'] }),
      routes: { 'GET /hello/{name}': hello },
    });
    new WebSocketApi(service, 'Sockets', { routes: { $default: new ServerlessFunction(service, 'Chat', { entry: 'chat.ts' }) } });
    app.synth();
    const json = (file: string) => JSON.parse(readFileSync(join(outdir, file), 'utf8'));
    const assets = json('apis.assets.json').files;
    const found = Object.values<any>(json('apis.template.json').Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    functions = new Map(
      found.map(({ Properties }) => {
        const variables = Properties.Environment.Variables;
        const folder = join(outdir, assets[Properties.Code.S3Key.replace('.zip', '')].source.path);
        return [variables.FAASTEN_FUNCTION, { folder, variables }];
      }),
    );
  }, 60_000);
  afterAll(async () => {
    for (const each of running) await each.stop();
    rmSync(outdir, { recursive: true, force: true });
  });

  async function start(path: string): Promise<(event: unknown) => Promise<any>> {
    const { folder, variables } = functions.get(path)!;
    const made = await startFunction(folder, variables);
    running.push(made);
    return async (event) => {
      const { payload: answer, error } = await made.invoke(event);
      if (error) throw new Error(error.errorMessage);
      return answer;
    };
  }
  const asked = (route: string, path: string, context: object = {}) => {
    const event = payload('api-gateway-v2') as any;
    const { authorizer: _, ...rest } = event.requestContext;
    const http = { ...rest.http, method: 'GET', path };
    return {
      ...event,
      routeKey: route,
      rawPath: path,
      requestContext: { ...rest, routeKey: route, http, ...context },
      body: undefined,
    };
  };

  test('are several or one, and answer alike', async () => {
    expect([...functions.keys()].filter((path) => /Each|One/.test(path)).sort()).toEqual([
      'apis/Each/Api/Handlers/GET hello {name}',
      'apis/Each/Api/Handlers/GET me',
      'apis/One/Api/Function',
    ]);
    const hello = await start('apis/Each/Api/Handlers/GET hello {name}');
    const me = await start('apis/Each/Api/Handlers/GET me');
    const one = await start('apis/One/Api/Function');
    const claims = { sub: 'ann' };
    const requests = [
      [hello, asked('GET /hello/{name}', '/hello/ann'), { hello: 'ann', route: 'GET /hello/{name}' }],
      [me, asked('GET /me', '/me'), { identity: null }],
      [
        me,
        asked('GET /me', '/me', { authorizer: { jwt: { claims, scopes: ['a'] } } }),
        { identity: { subject: 'ann', claims, scopes: ['a'] } },
      ],
    ] as const;
    for (const [own, event, body] of requests) {
      const answer = await own(event);
      expect(JSON.parse(answer.body)).toEqual(body);
      expect(await one(event)).toEqual(answer);
    }
  });

  test('hold no path of this machine', () => {
    const { folder } = functions.get('apis/One/Api/Function')!;
    for (const file of readdirSync(folder))
      expect(readFileSync(join(folder, file), 'utf8')).not.toContain(join(__dirname, 'handlers'));
  });

  test('decide who may ask', async () => {
    const keys = await start('apis/Asked/Keys');
    const event = payload('authorizer-v2') as any;
    expect(await keys({ ...event, routeKey: 'GET /hello/{name}', rawPath: '/hello/x', headers: { 'x-key': 'let-ann' } })).toEqual(
      {
        isAuthorized: true,
        context: { subject: 'ann', claims: '{"asked":"GET /hello/{name}"}' },
      },
    );
    expect(await keys({ ...event, headers: {} })).toEqual({ isAuthorized: false });
    expect(await keys(payload('authorizer-v1'))).toMatchObject({ policyDocument: { Statement: [{ Effect: 'Deny' }] } });
  });

  test('take connections and messages of clients', async () => {
    const chat = await start('apis/Asked/Chat');
    expect(await chat(payload('websocket-connect'))).toEqual({ statusCode: 200 });
    const { statusCode, body } = await chat(payload('websocket-message'));
    expect([statusCode, JSON.parse(body)]).toEqual([
      200,
      { type: 'message', body: { action: 'chat', text: 'hello' }, connectionId: 'AAAA1234=' },
    ]);
    expect(await chat(payload('websocket-disconnect'))).toEqual({ statusCode: 200 });
  });
});
