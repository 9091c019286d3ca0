import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { FaastenConfig } from '../config.js';
import { checkedBuild } from '../core/build.js';
import { FaastenError, shown } from '../core/errors.js';

const STEM = 'faasten.config';
const EXTENSIONS = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'] as const;
const OWN = join(__dirname, '..') + sep;

/** The option by which commands take one. */
export const CONFIG_OPTION = {
  type: 'string',
  short: 'c',
  value: '<file>',
  description: 'the config; by default faasten.config.ts, here or above',
} as const;

/** A project: a folder with a config. */
export interface Project {
  readonly config: string;
  readonly folder: string;
  /** Of its package.json, else of its folder; lower case letters, digits and `-`. */
  readonly name: string;
}

/**
 * The config that `--config` names, or the one of the folder or the nearest above it.
 * @throws when there is none
 */
export function findProject(directory: string, given?: string): Project {
  if (given !== undefined) {
    const config = resolve(directory, given);
    if (existsSync(config) && statSync(config).isFile()) return project(config);
    throw new FaastenError('config-missing', `there is no config '${config}'; --config names a file, as in --config ${STEM}.ts`);
  }
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    const config = EXTENSIONS.map((extension) => join(folder, `${STEM}.${extension}`)).find((file) => existsSync(file));
    if (config) return project(config);
    if (folder === dirname(folder)) break;
  }
  throw new FaastenError(
    'config-missing',
    `there is no ${STEM}.ts in '${directory}' or above it; write one: export default (scope) => new Shop(scope, 'Shop'), or make a new ` +
      'project: faasten init',
  );
}

function project(config: string): Project {
  const folder = dirname(config);
  let name = basename(folder);
  try {
    name = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name || name;
  } catch {}
  const readable = name
    .replace(/^@[^/]*\//, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  return { config, folder, name: readable || 'app' };
}

export interface LoadedConfig {
  readonly build: FaastenConfig;
  /** Files of the project that were loaded: a change of one is a change of the service. */
  readonly files: readonly string[];
}

/**
 * Loads a config with all it imports, TypeScript or not, as CommonJS or ES modules: each time anew. From then on the process is in
 * the project's folder, which paths of a service without `root` start from.
 * @throws what the config throws, and when it exports no function
 */
export async function loadConfig({ config, folder }: Project): Promise<LoadedConfig> {
  process.chdir(folder);
  for (const file of Object.keys(require.cache)) if (isOfProject(file)) delete require.cache[file];
  // Here, as most commands load no config; and faasten first: the loader takes what is loaded, so that the config's is this one.
  require('../index.js');
  const { createJiti } = require('jiti') as typeof import('jiti');
  const jiti = createJiti(config, { sourceMaps: true, tsconfigPaths: true, interopDefault: false });
  const loaded = await jiti.import<Record<string, unknown>>(config);
  const build = [loaded.default, (loaded.default as { default?: unknown } | undefined)?.default, loaded].find(
    (each) => typeof each === 'function',
  );
  if (!build) {
    throw new FaastenError(
      'config-invalid',
      `'${config}' exports ${loaded.default === undefined ? 'no default' : shown(loaded.default)}; ` +
        "export a function that creates the service: export default (scope) => new Shop(scope, 'Shop')",
    );
  }
  return {
    build: checkedBuild(`'${config}' exports`, build),
    files: [config, ...Object.keys(require.cache).filter(isOfProject)],
  };
}

/** Neither a package nor faasten. */
function isOfProject(file: string): boolean {
  return !file.includes(`${sep}node_modules${sep}`) && !file.startsWith(OWN);
}
