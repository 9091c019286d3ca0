// Compiles lib to dist (CommonJS), and the runtime a second time to dist/esm, so that bundlers can drop what a function does not use.
// Builds the pages of the browser console into dist/console, when something they are made of changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Takes out what was compiled from sources that are gone: the compiler leaves it, and it would be packed. */
function prune() {
  for (const name of readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })) {
    if (/^console[/\\]/.test(name)) continue;
    const [, stem] = /^(.+?)(?:\.d)?\.m?[jt]s(?:\.map)?$/.exec(name) ?? [];
    if (!stem) continue;
    const source = join(root, 'lib', stem.replace(/^esm[/\\]/, ''));
    if (!['.ts', '.mts', '.js', '.mjs'].some((extension) => existsSync(source + extension)))
      rmSync(join(root, 'dist', name), { force: true });
  }
}

/** The file that runs a package's command. */
function command(name, bin) {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin[bin]);
}

/** A hash of all that the console's pages are made of: sources, the types they share with the server, packages. */
function consoleInputs() {
  const hash = createHash('sha256');
  const folders = ['console', 'lib/platforms/local/console'];
  for (const folder of folders)
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort())
      if (/\.\w+$/.test(name)) hash.update(`${folder}/${name}\n`).update(readFileSync(join(root, folder, name)));
  return hash.update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
}

/** @returns {number} Vite's exit code */
function buildConsole() {
  const stamp = join(root, 'dist/console/.stamp');
  const inputs = consoleInputs();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) return 0;
  const { status } = spawnSync(process.execPath, [command('vite', 'vite'), 'build', 'console', '--logLevel', 'warn'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status === 0) writeFileSync(stamp, inputs);
  return status ?? 1;
}

/** @returns {number} the exit code of the first that failed, of the compiler and the console's build */
export function build() {
  const tsc = command('typescript', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-b', 'tsconfig.build.json', 'tsconfig.esm.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  mkdirSync(join(root, 'dist/esm'), { recursive: true });
  writeFileSync(join(root, 'dist/esm/package.json'), '{ "type": "module", "sideEffects": false }\n');
  prune();
  return (status ?? 1) || buildConsole();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = build();
