import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faasten, projectOf } from './command.js';

const CONFIG = `import type { Construct } from 'constructs';
import { Authorizer, HttpApi, ServerlessFunction, Service } from 'faasten';

export default (scope: Construct) => {
  const shop = new Service(scope, 'Shop', { root: __dirname });
  const hello = new ServerlessFunction(shop, 'Hello', { entry: 'hello.ts' });
  const make = (name: string) => Authorizer.jwt(name, { issuer: 'https://id.shop.example/' + name, audiences: ['shop'] });
  new HttpApi(shop, 'Api', {
    authorizer: make('Customers'),
    routes: { 'GET /a': hello, 'GET /b': { handler: hello, authorizer: make('Staff') } },
  });
};
`;
const HELLO = "import { http } from 'faasten/runtime';\nexport default http(async () => new Response('hello'));\n";

let project: ReturnType<typeof projectOf>;
beforeAll(() => {
  project = projectOf({ 'faasten.config.ts': CONFIG, 'hello.ts': HELLO });
});
afterAll(() => project?.remove());

test('prints a token with what was asked for', () => {
  const args = [
    'token',
    'Staff',
    '--subject',
    'ann',
    '--scope',
    'a',
    '--scope',
    'b',
    '--claim',
    'groups=["x"]',
    '--claim',
    'n=y',
  ];
  const { status, stdout, stderr } = faasten([...args, '--lifetime', '60'], { cwd: project.folder });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const { iat, exp, ...claims } = JSON.parse(Buffer.from(stdout.split('.')[1]!, 'base64url').toString());
  expect(claims).toEqual({
    ...{ iss: 'https://id.shop.example/Staff', aud: 'shop', sub: 'ann', scope: 'a b', groups: ['x'], n: 'y' },
  });
  expect(exp - iat).toBe(60);
  expect(statSync(join(project.folder, '.faasten/local/issuer.json')).mode & 0o777).toBe(0o600);
});

test('asks which authorizer is meant', () => {
  const { status, stderr } = faasten(['token'], { cwd: project.folder });
  expect(status).not.toBe(0);
  expect(stderr).toContain('the service has several, Shop/Api/Customers, Shop/Api/Staff: say which');
});
