/** What scripts rely on: exit codes, and that `--json` is JSON and all that is on stdout. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faasten, projectOf } from './command.js';

const CONFIG = `import type { Construct } from 'constructs';
import { Authorizer, HttpApi, ServerlessFunction, Service } from 'faasten';
export default (scope: Construct) => {
  const shop = new Service(scope, 'Shop', { root: __dirname });
  const hello = new ServerlessFunction(shop, 'Hello', { entry: 'hello.ts' });
  const broken = new ServerlessFunction(shop, 'Broken', { entry: 'broken.ts' });
  const routes: Record<string, any> = { 'GET /hello': hello, 'GET /broken': broken };
  // Kubernetes has no tokens.
  if (!(Symbol.for('cdk8s.Chart') in scope))
    routes['GET /me'] = { handler: hello, authorizer: Authorizer.jwt('Members', { issuer: 'https://id.example', audiences: ['shop'] }) };
  new HttpApi(shop, 'Api', { routes });
};
`;
const HELLO = "import { http } from 'faasten/runtime';\nexport default http(async () => Response.json({ hello: 1 }));\n";
const BROKEN = "import { http } from 'faasten/runtime';\nexport default http(async () => { throw new Error('broken'); });\n";

let folder: string;
let remove: () => void;
beforeAll(() => {
  const files = {
    'faasten.config.ts': CONFIG,
    'hello.ts': HELLO,
    'broken.ts': BROKEN,
    'package.json': '{}',
    'taken/kubernetes/notes.txt': 'mine',
  };
  ({ folder, remove } = projectOf(files, ['constructs', 'cdk8s']));
});
afterAll(() => remove());

describe('exit codes', () => {
  test.each<[number, string[]]>([
    [0, ['--version']],
    [0, ['help']],
    [0, ['help', 'invoke']],
    [0, ['events', 'queue']],
    [0, ['events', '--list']],
    [0, ['invoke', 'Hello']],
    [0, ['token']],
    [0, ['synth', '--target', 'kubernetes', '--out', 'one']],
    [0, ['init', 'new']],
    [1, ['init', 'new']],
    [1, ['invoke', 'Broken']],
    [1, ['invoke', 'Nobody']],
    [1, ['invoke', 'Hello', '--config', 'none.ts']],
    [1, ['token', 'Nobody']],
    [1, ['synth', '--target', 'kubernetes', '--out', 'taken']],
    [1, ['dev', '--host', '192.0.2.1', '--port', '0']],
    [2, []],
    [2, ['deploy']],
    [2, ['help', 'deploy']],
    [2, ['events']],
    [2, ['events', 'bus']],
    [2, ['invoke']],
    [2, ['invoke', 'Hello', '--kind', 'post']],
    [2, ['token', '--lifetime', 'long']],
    [2, ['synth', '--target', 'azure']],
    [2, ['dev', '--port', 'http']],
    [2, ['init', '--framework', 'sam']],
  ])('%d of faasten %j', (code, args) => {
    const { status, stdout, stderr } = faasten(args, { cwd: folder });
    expect({ status, stderr }).toMatchObject({ status: code });
    // What went wrong is never on stdout, and always on stderr.
    if (code === 2) expect([stdout, stderr]).toEqual(['', expect.stringMatching(/\nrun: faasten help( \w+)?\n$|\nExit codes\n/)]);
    if (code === 1) expect(stderr).toMatch(/^error: |\berror\b/m);
  });
});

test.each<[string[], object]>([
  [['init', 'json', '--json'], { framework: 'cdk', files: expect.any(Array) }],
  [['events', '--list', '--json'], expect.any(Array)],
  [['events', 'websocket'], { kind: 'websocket' }],
  [['invoke', 'Hello', '--json'], { status: 'succeeded', httpStatus: 200, result: { hello: 1 } }],
  [['invoke', 'Broken', '--json'], { status: 'failed', httpStatus: 500, error: { message: 'broken' } }],
  [['token', '--json'], { token: expect.any(String), header: { name: 'authorization' } }],
  [['synth', '--json', '--out', 'two'], { kubernetes: { resources: expect.any(Object) } }],
])('faasten %j is JSON', (args, expected) => {
  const { stdout } = faasten(args, { cwd: folder, environment: { FORCE_COLOR: '1' } });
  const said = JSON.parse(stdout);
  if (Array.isArray(said)) expect(said.length).toBeGreaterThan(10);
  else expect(said).toMatchObject(expected);
});
