// Compiles lib to dist (CommonJS), and the runtime a second time to dist/esm, so that bundlers can drop what a function does not use.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

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
  return status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = build();
