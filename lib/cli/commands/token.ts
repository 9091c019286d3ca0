import { join, resolve } from 'node:path';
import { integer, pairs } from '../arguments.js';
import { type Call, type Command, EXIT } from '../command.js';
import { CONFIG_OPTION, findProject, loadConfig } from '../config.js';
import { local } from '../dev/session.js';

const MONTH = 30 * 24 * 3600;

export const token: Command = {
  name: 'token',
  summary: 'Print a test token, which faasten dev lets in',
  description:
    'Stands for a token of the issuer that Authorizer.jwt names: with its issuer and audience, signed with a key of this machine that ' +
    'lies in the data folder. Nothing else accepts it.',
  arguments: [{ name: '[authorizer]', description: 'its name, where the service has several' }],
  options: {
    subject: { type: 'string', value: '<name>', description: 'who it is; test-user by default' },
    scope: { type: 'string', value: '<scope>', multiple: true, description: 'what it may; again for several' },
    claim: { type: 'string', value: '<name=value>', multiple: true, description: 'a claim; the value as JSON, else as text' },
    lifetime: { type: 'string', value: '<seconds>', description: 'how long it holds; an hour by default' },
    data: {
      type: 'string',
      value: '<folder>',
      description: 'the one of faasten dev; .faasten/local beside the config by default',
    },
    config: CONFIG_OPTION,
    json: { type: 'boolean', description: 'print one JSON object: token, header, expiryTimeMs' },
  },
  examples: [
    ['faasten token --scope orders:write', 'with a scope'],
    ['curl -H "authorization: Bearer $(faasten token)" http://localhost:3000/orders', 'a request with one'],
    [`faasten token --subject ann --claim 'groups=["admin"]'`, 'with claims'],
  ],
  run,
};

async function run({ arguments: [authorizerId], options, out, directory }: Call): Promise<number> {
  const project = findProject(directory, options.text('config'));
  const { build } = await loadConfig(project);
  const { LocalApp, mintToken } = local();
  const app = new LocalApp();
  await build(app);
  const claims = Object.entries(pairs('token', options, 'claim') ?? {}).map(([name, value]) => [name, jsonOf(value)]);
  const request = {
    authorizerId,
    subject: options.text('subject'),
    scopes: options.list('scope'),
    claims: Object.fromEntries(claims),
    lifetimeSeconds: integer('token', options, 'lifetime', 1, MONTH),
  };
  const data = options.text('data');
  const folder = data === undefined ? join(project.folder, '.faasten', 'local') : resolve(directory, data);
  const minted = await mintToken(app, request, folder);
  out.line(options.flag('json') ? JSON.stringify(minted, null, 2) : minted.token);
  return EXIT.ok;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
