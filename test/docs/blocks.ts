/** TypeScript blocks of Markdown pages, each compiled on its own against the package as its users import it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface Block {
  /** Path of the page in the repository. */
  readonly page: string;
  /** Line of the page where the code starts, from 1. */
  readonly line: number;
  /** File that a comment on the first line names, as in `// shop.ts` or `// handlers/a.ts: what it does`. */
  readonly file?: string;
  readonly code: string;
}

const FENCE = /^( *)```(?:ts|typescript)\n(.*?)^ *```$/gms;
const NAMED = /^\/\/ ([\w./-]+\.ts)\b/;
const OPTIONS = {
  target: 'es2022',
  lib: ['es2023'],
  module: 'node16',
  moduleResolution: 'node16',
  moduleDetection: 'force',
  types: ['node'],
  strict: true,
  esModuleInterop: true,
  skipLibCheck: true,
  noEmit: true,
  // A block in a page reads from top to bottom; what it declares need not be used in it.
  noUnusedLocals: false,
};

export function blocksOf(page: string, text: string): Block[] {
  return [...text.matchAll(FENCE)].map((match) => {
    const code = match[2]!.replaceAll(new RegExp(`^ {0,${match[1]!.length}}`, 'gm'), '');
    const file = NAMED.exec(code)?.[1];
    return { page, line: text.slice(0, match.index).split('\n').length + 1, code, ...(file ? { file } : {}) };
  });
}

/**
 * What the compiler says of each block, as `<line of the page>: <message>`. A block may import the files that other blocks of its page
 * name. One run of the compiler for all, in `folder`, which must be inside a tree that resolves the packages the blocks import.
 */
export function compile(root: string, folder: string, blocks: readonly Block[]): string[][] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  // A package does not see itself by its own name from inside node_modules; this is how its users see it.
  symlinkSync(root, join(folder, 'node_modules', 'faasten'), 'dir');
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "commonjs" }');
  const files = blocks.map((block, index) => {
    const place = join(folder, String(index));
    const others = blocks.filter((other) => other.page === block.page && other.file && other.file !== block.file);
    // Of two versions of a file in one page, blocks around them see the first.
    for (const other of [...others].reverse()) write(join(place, other.file!), other.code);
    return write(join(place, block.file ?? 'block.ts'), block.code);
  });
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, files }));

  const manifest = createRequire(join(root, 'package.json')).resolve('typescript/package.json');
  const tsc = join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.tsc);
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
  });
  const result: string[][] = blocks.map(() => []);
  let seen = 0;
  for (const [, place, file, line, message] of stdout.matchAll(/^(\d+)\/(.+?)\((\d+),\d+\): error (.*(?:\n {2}.*)*)/gm)) {
    const index = Number(place);
    seen += 1;
    if (file === (blocks[index]!.file ?? 'block.ts'))
      result[index]!.push(`${blocks[index]!.line + Number(line) - 1}: ${message}`);
  }
  if (status !== 0 && seen === 0) throw new Error(`the compiler failed: ${stdout}${stderr}`);
  return result;
}

function write(file: string, text: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}
