import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nearest } from '../../lib/core/suggest.js';
import { faasten } from './command.js';

const { version } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8'));
const COMMANDS = ['init', 'dev', 'invoke', 'events', 'synth'];

describe('help', () => {
  test('without anything it says what there is, and that this was no command', () => {
    const { status, stdout, stderr } = faasten([]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    for (const command of COMMANDS) expect(stderr).toMatch(new RegExp(`^  ${command} +\\w`, 'm'));
    expect(stderr).toMatch(/0 {2}it worked\n {2}1 {2}it did not.*\n {2}2 {2}the command line/);
  });

  test('asked for, it is the result', () => {
    const asked = faasten(['--help']);
    expect(asked).toMatchObject({ status: 0, stderr: '' });
    expect(faasten(['help'])).toEqual(asked);
    expect(faasten([])).toMatchObject({ stderr: asked.stdout });
  });

  test.each(COMMANDS)('of %s has usage, options and examples, two ways to it', (command) => {
    const asked = faasten(['help', command]);
    expect(asked).toMatchObject({ status: 0, stderr: '' });
    expect(asked.stdout).toMatch(
      new RegExp(`^\\w[^\\n]+\\.\\n\\nUsage\\n  faasten ${command} .*\\n\\n[^]+\\nOptions\\n[^]+\\nExamples\\n  # \\w`),
    );
    expect(asked.stdout).toContain(`\n  faasten ${command}`);
    expect(faasten([command, '--help'])).toEqual(asked);
    expect(asked.stdout.split('\n').filter((line) => line.length > 110)).toEqual([]);
  });

  test('the version is that of the package', () => {
    expect(faasten(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('what is not understood exits with 2, and names what was meant', () => {
  test.each([
    [['evnets'], "error: unknown command 'evnets'; did you mean 'events'?\nrun: faasten help\n"],
    [['help', 'snyth'], "error: unknown command 'snyth'; did you mean 'synth'?\nrun: faasten help\n"],
    [['xyzzy'], "error: unknown command 'xyzzy'\nrun: faasten help\n"],
    [['--json'], "error: unknown option '--json'; a command comes first\nrun: faasten help\n"],
    [['synth', '--traget', 'aws'], "error: unknown option '--traget'; did you mean '--target'?\nrun: faasten help synth\n"],
    [
      ['synth', '--target', 'azure'],
      "error: --target is 'azure'; give one of aws, google, kubernetes, all\nrun: faasten help synth\n",
    ],
    [
      ['synth', '--name', 'Tea shop'],
      "error: --name is 'Tea shop'; give a letter, then letters, digits and -, 63 at most\nrun: faasten help synth\n",
    ],
    [['synth', '--out'], "error: option '--out' wants a value: --out <folder>\nrun: faasten help synth\n"],
    [
      ['synth', '--out', '--json'],
      "error: option '--out' wants a value, but '--json' is an option; write --out=--json if it is meant\nrun: faasten help synth\n",
    ],
    [['synth', '--json=yes'], "error: option '--json' takes no value, but has 'yes'\nrun: faasten help synth\n"],
    [['synth', 'aws'], "error: 'aws' is one argument too many; 'synth' takes no argument\nrun: faasten help synth\n"],
    [['events'], 'error: [kind] is missing: one of those that faasten events --list shows\nrun: faasten help events\n'],
    [['events', 'sqss'], "error: unknown kind 'sqss'; did you mean 'sqs'?\nrun: faasten help events\n"],
    [['events', 'sns', '--key', 'a'], "error: 'sns' takes no --key, but --body, --attribute, --name\nrun: faasten help events\n"],
    [['events', 'sqs', '--count', '0'], "error: --count is '0'; give a whole number from 1 to 100\nrun: faasten help events\n"],
    [['events', 'sqs', '--attribute', 'a'], "error: --attribute is 'a'; write it as name=value\nrun: faasten help events\n"],
  ])('%j', (args, stderr) => {
    expect(faasten(args)).toEqual({ status: 2, stdout: '', stderr });
  });

  test('names are near when a third of their letters differs at most', () => {
    const known = ['invoke', 'init', 'events', 'dev', 'synth'];
    expect(['invok', 'inovke', 'ini', 'event', 'de', 'synthesize', 'deploy', 'x'].map((given) => nearest(given, known))).toEqual([
      'invoke',
      'invoke',
      'init',
      'events',
      'dev',
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('colours', () => {
  const isColoured = (environment: Record<string, string>) => faasten(['--help'], { environment }).stdout.includes('\u001b[');
  test.each([
    ['not where nobody looks', {}, false],
    ['FORCE_COLOR', { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, false],
    ['NO_COLOR wins', { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('%s', (_, environment, expected) => {
    expect(isColoured(environment)).toBe(expected);
  });
});
