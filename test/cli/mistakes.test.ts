/** What a new user gets wrong: each is answered with a sentence that says what, where and what to do, and with no stack. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { faasten, projectOf, type Result } from './command.js';

const CONFIG = `import type { Construct } from 'constructs';
import { HttpApi, Secret, ServerlessFunction, Service } from 'faasten';
export default (scope: Construct) => {
  const shop = new Service(scope, 'Shop', { root: __dirname });
  const hello = new ServerlessFunction(shop, 'Hello', { entry: 'hello.ts', secrets: { KEY: Secret.fromName('key') } });
  new HttpApi(shop, 'Api', { routes: { 'GET /hello': hello } });
};
`;
const HELLO = `import { http } from 'faasten/runtime';
export default http(async () => new Response('hello'));
`;
const FILES = { 'package.json': '{ "dependencies": { "left-pad": "1" } }', 'hello.ts': HELLO, '.env': 'KEY=sesame\n' };

const made: { remove(): void }[] = [];
afterEach(() => {
  for (const each of made.splice(0)) each.remove();
});
function run(args: readonly string[], files: Readonly<Record<string, string>>, prepare?: (folder: string) => void): Result {
  const { folder, remove } = projectOf({ 'faasten.config.ts': CONFIG, ...FILES, ...files });
  made.push({ remove });
  prepare?.(folder);
  const { status, stdout, stderr } = faasten(args, { cwd: folder });
  return { status, stdout, stderr: stderr.replaceAll(folder, '<here>').replaceAll(/^\d\d:\d\d:\d\d/gm, '<time>') };
}
const config = (text: string) => ({ 'faasten.config.ts': text });

describe('the config', () => {
  test.each<[string, Record<string, string>, string]>([
    [
      'throws',
      config("\nexport default () => {\n  throw new Error('the stage is unknown; set STAGE');\n};"),
      "error: the stage is unknown; set STAGE\n  at faasten.config.ts:3:9\n      3 |   throw new Error('the stage is unknown; set STAGE');\n",
    ],
    ['throws a text', config("export default () => { throw 'no luck'; };"), 'error: no luck\n'],
    [
      'throws nothing',
      config('export default async () => Promise.reject();'),
      'error: undefined was thrown; throw an Error, which says what is wrong\n',
    ],
    [
      'is a class',
      config("import { Service } from 'faasten';\nexport default class Shop extends Service {}"),
      "error: '<here>/faasten.config.ts' exports the class Shop; give a function that creates one: (scope) => new Shop(scope, 'Shop')\n",
    ],
    [
      'creates nothing',
      config('export default () => {};'),
      "error: '<here>/faasten.config.ts' created no function; create the service in the scope that it is given: export default (scope) => new Shop(scope, 'Shop')\n",
    ],
    [
      'has a mistake in its syntax',
      config('export default () => {\n  const = 1;\n};'),
      'error: ParseError: Unexpected token\n  at faasten.config.ts:2:8\n      2 |   const = 1;\n',
    ],
    [
      'gives a value of another type',
      config(CONFIG.replace("'hello.ts'", '42 as any')),
      "error: function 'Shop/Hello': entry is 42; give the path of a file or folder\n  at faasten.config.ts:5:17\n" +
        "      5 |   const hello = new ServerlessFunction(shop, 'Hello', { entry: 42 as any, secrets: { KEY: Secret.fromName('key') } });\n",
    ],
    [
      'imports a file that is not there',
      config(`import './shop';\n${CONFIG}`),
      "error: cannot find the file './shop', which faasten.config.ts imports; write the path as it is from there\n  at faasten.config.ts:1\n      1 | import './shop';\n",
    ],
    [
      'imports a package that is not there',
      config(`\nimport '@tea/pot/lid';\n${CONFIG}`),
      "error: cannot find the package '@tea/pot', which faasten.config.ts imports; run: npm install @tea/pot\n  at faasten.config.ts:2:7\n      2 | import '@tea/pot/lid';\n",
    ],
    [
      'imports a package that is not installed yet',
      config(`\nimport 'left-pad';\n${CONFIG}`),
      "error: cannot find the package 'left-pad', which faasten.config.ts imports; run: npm install\n  at faasten.config.ts:2:7\n      2 | import 'left-pad';\n",
    ],
  ])('%s', (_, files, stderr) => {
    expect(run(['invoke', 'Hello'], files)).toEqual({ status: 1, stdout: '', stderr });
  });
});

describe('the handler', () => {
  const crash = '<time>  Hello         GET /hello  crashed  0.0 ms\n                ';
  test.each<[string, string, string]>([
    [
      'does not compile',
      `${HELLO}const = 1;\n`,
      "function 'Shop/Hello': cannot bundle 'Shop/Hello': esbuild says\n                ✘ [ERROR] Expected identifier but found \"=\"\n\n" +
        '                    hello.ts:3:6:\n                      3 │ const = 1;\n                        ╵       ^\n',
    ],
    [
      'has no default export',
      'export const hello = 1;\n',
      "function 'Shop/Hello': cannot bundle 'Shop/Hello': the handler file 'hello.ts' has no default export; write: export default http(...) (or queue, topic, schedule, objects, call)\n",
    ],
    [
      'is a plain function',
      'export default async () => 1;\n',
      "Error: function 'Shop/Hello': the default export is no handler; export http(...), queue(...) or another one\n",
    ],
    [
      'fails when it is loaded',
      `${HELLO}throw new Error('no table');\n`,
      "Error: function 'Shop/Hello': no table\n                at hello.ts:3:7\n",
    ],
  ])('%s', (_, text, stderr) => {
    expect(run(['invoke', 'Hello'], { 'hello.ts': text })).toEqual({ status: 1, stdout: '', stderr: crash + stderr });
  });

  test('is not there', () => {
    const { status, stderr } = run(['invoke', 'Hello'], config(CONFIG.replace('hello.ts', 'helo.ts')));
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: cannot find the code of 'Shop\/Hello': there is no file '<here>\/helo\.ts'; .*\n {2}at faasten\.config\.ts:5:17\n/,
    );
  });
});

describe('files', () => {
  test('lines of .env that mean nothing are named; the others count', () => {
    const lines = ['# keys', 'export KEY="a', 'b"', 'KEY2: c', '', 'KEY is sesame', '=x', "OTHER='never ends"];
    const { status, stdout, stderr } = run(['invoke', 'Hello'], { '.env': lines.join('\n') });
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'hello\n' });
    const warning = (line: number) =>
      `warning: <here>/.env:${line} is not understood; write it as NAME=value, or begin it with #\n`;
    expect(stderr.slice(0, stderr.indexOf('<time>'))).toBe([6, 7, 8].map(warning).join(''));
  });

  test.each<[string[], string, (folder: string) => void]>([
    [
      ['invoke', 'Hello', '--env', 'keys.env'],
      "error: there is no file '<here>/keys.env'; --env names one with lines NAME=value\n",
      () => {},
    ],
    [
      ['invoke', 'Hello', '--config', '.'],
      "error: there is no config '<here>'; --config names a file, as in --config faasten.config.ts\n",
      () => {},
    ],
    [
      ['dev', '--port', '0', '--data', 'hello.ts'],
      "error: cannot keep data in '<here>/hello.ts/store' (ENOTDIR); make it a folder that may be written to, or name another: dataDirectory, or faasten dev --data\n",
      () => {},
    ],
    [
      ['dev', '--port', '0', '--fresh', '--data', 'src'],
      "error: --fresh would forget what is in '<here>/src', which holds notes.txt; choose another with --data\n",
      (folder) => {
        mkdirSync(join(folder, 'src'));
        writeFileSync(join(folder, 'src/notes.txt'), 'mine');
      },
    ],
    [
      ['init', 'hello.ts'],
      "error: cannot make the folder 'hello.ts' (EEXIST); choose another, as in faasten init my-shop\n",
      () => {},
    ],
    [['token'], 'error: the service has no Authorizer.jwt; give one to an HttpApi or to a route\n', () => {}],
  ])('%j', (args, stderr, prepare) => {
    expect(run(args, {}, prepare)).toEqual({ status: 1, stdout: '', stderr });
  });

  test('a folder that is called .env', () => {
    const { '.env': _, ...files } = FILES;
    const { folder, remove } = projectOf({ 'faasten.config.ts': CONFIG, ...files });
    made.push({ remove });
    mkdirSync(join(folder, '.env'));
    const { status, stderr } = faasten(['invoke', 'Hello'], { cwd: folder });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `error: cannot read '${folder}/.env' (EISDIR); secrets come from a file with lines NAME=value\n`,
    });
  });
});

test('a Node.js that is too old', () => {
  const { folder, remove } = projectOf({
    'old.cjs': "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } });",
  });
  made.push({ remove });
  expect(faasten(['--version'], { environment: { NODE_OPTIONS: `--require ${join(folder, 'old.cjs')}` } })).toEqual({
    status: 1,
    stdout: '',
    stderr: 'error: faasten needs Node.js 20.9 or newer, and this is 18.20.4; install a newer one: https://nodejs.org\n',
  });
});
