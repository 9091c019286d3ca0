// Compiles lib to dist (CommonJS), and the runtime a second time to dist/esm, so that bundlers can drop what a function does not use.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Takes out what was compiled from sources that are gone: the compiler leaves it, and it would be packed. */
function prune() {
  for (const name of readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })) {
    const [, stem] = /^(.+?)(?:\.d)?\.m?[jt]s(?:\.map)?$/.exec(name) ?? [];
    if (!stem) continue;
    const source = join(root, 'lib', stem.replace(/^esm[/\\]/, ''));
    if (!['.ts', '.mts', '.js', '.mjs'].some((extension) => existsSync(source + extension)))
      rmSync(join(root, 'dist', name), { force: true });
  }
}

/** @returns {number} the compiler's exit code */
export function build() {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
  const tsc = join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.tsc);
  const { status } = spawnSync(process.execPath, [tsc, '-b', 'tsconfig.build.json', 'tsconfig.esm.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  mkdirSync(join(root, 'dist/esm'), { recursive: true });
  writeFileSync(join(root, 'dist/esm/package.json'), '{ "type": "module", "sideEffects": false }\n');
  prune();
  return status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = build();
