import { existsSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { type Fact, type FactKind, type Facts, pair } from './facts.js';
import type { ChunkResult, ImportRecord } from './job.js';

const BUILTINS = new Set(builtinModules);

/** Everything one bundle depends on. Facts about one package come as a group: functions that use the package share it. */
export interface Dependencies {
  readonly own: readonly Fact[];
  readonly groups: readonly (readonly Fact[])[];
  /** Input paths, relative to the root. */
  readonly inputs: ReadonlySet<string>;
}

/** Collects what one entry depends on, from the module graph that esbuild tells. */
export class DependencyCollector {
  /** By folder of the package; the empty string is the project itself. */
  private readonly subjects = new Map<string, Map<string, Fact>>();

  constructor(
    private readonly root: string,
    private readonly facts: Facts,
  ) {}

  collect(chunk: ChunkResult, entry: string, extra: { tsconfig?: string; handlerFile: string }): Dependencies {
    const inputs = closure(chunk.inputs, entry);
    for (const input of inputs) {
      const imports = chunk.inputs[input] ?? [];
      const name = fileOf(input);
      if (input === entry) {
        for (const item of imports) this.addImport('', dirname(relative(this.root, extra.handlerFile)), item);
        continue;
      }
      if (name !== undefined) this.addInput(name, imports);
      for (const file of chunk.watched[input] ?? []) this.add('', 'tree', relative(this.root, resolve(this.root, file)));
    }
    for (const file of chunk.pluginInputs) this.addInput(file, []);
    if (extra.tsconfig) this.addTsconfig(relative(this.root, extra.tsconfig));
    const { '': own = [], ...groups } = Object.fromEntries(
      [...this.subjects].map(([group, facts]) => [group, [...facts.values()]]),
    );
    return { own, groups: Object.values(groups), inputs };
  }

  private addInput(input: string, imports: readonly ImportRecord[]): void {
    const folder = dirname(input);
    const home = packageFolder(input);
    this.add(home ?? '', 'file', input);
    if (home === undefined) {
      this.addNames(input);
      for (const above of foldersAbove(resolve(this.root, folder))) {
        const place = relative(this.root, above);
        this.add('', 'package', join(place, 'package.json'));
        this.addTsconfig(join(place, 'tsconfig.json'));
        this.addTsconfig(join(place, 'jsconfig.json'));
      }
    } else {
      for (let place = folder; place.length >= home.length; place = dirname(place))
        this.add(home, 'package', join(place, 'package.json'));
    }
    for (const item of imports) this.addImport(home ?? '', folder, item);
  }

  private addImport(group: string, folder: string, { path, original, external }: ImportRecord): void {
    const specifier = original ?? (external ? path : undefined);
    if (specifier === undefined || specifier.startsWith('node:') || specifier.startsWith('#') || isAbsolute(specifier)) return;
    if (/^\.\.?(\/|$)/.test(specifier)) {
      if (group === '') this.addNames(join(folder, specifier));
      return;
    }
    const name = packageName(specifier);
    if (!BUILTINS.has(name)) this.add(group, 'walk', pair(folder, name));
  }

  /** What else could be meant by the import of a file. */
  private addNames(file: string): void {
    this.add('', 'names', pair(dirname(file), basename(file)));
    if (/^index\.[^.]+$/.test(basename(file))) this.add('', 'names', pair(dirname(dirname(file)), basename(dirname(file))));
  }

  private addTsconfig(file: string): void {
    if (this.subjects.get('')?.has(`file\0${file}`)) return;
    this.add('', 'file', file);
    const absolute = resolve(this.root, file);
    if (this.facts.value('file', file) === '-') return;
    for (const base of extendedBy(absolute)) {
      if (/^\.\.?\//.test(base) || isAbsolute(base)) {
        const target = resolve(dirname(absolute), base);
        this.addTsconfig(relative(this.root, existsSync(target) && statSync(target).isFile() ? target : `${target}.json`));
      } else {
        this.add('', 'walk', pair(dirname(file), packageName(base)));
        const found = this.facts.value('walk', pair(dirname(file), packageName(base)));
        const rest = base.slice(packageName(base).length + 1);
        if (found !== '-')
          for (const name of rest ? [rest, `${rest}.json`] : ['tsconfig.json', 'package.json'])
            this.add('', 'file', join(found, name));
      }
    }
  }

  private add(group: string, kind: FactKind, subject: string): void {
    let facts = this.subjects.get(group);
    if (!facts) {
      facts = new Map();
      this.subjects.set(group, facts);
    }
    const key = `${kind}\0${subject}`;
    if (!facts.has(key)) facts.set(key, this.facts.fact(kind, subject));
  }
}

/** All inputs that the entry reaches, also those that tree shaking leaves out. */
function closure(graph: ChunkResult['inputs'], entry: string): Set<string> {
  const reached = new Set([entry]);
  for (const input of reached) {
    for (const { path, external } of graph[input] ?? []) if (!external && graph[path]) reached.add(path);
  }
  return reached;
}

/** The file of an input; undefined for modules that a plugin made up. Resource queries are cut. */
function fileOf(input: string): string | undefined {
  const file = input.replace(/[?#][^/]*$/, '');
  return /^[a-zA-Z][\w-]+:/.test(file) ? undefined : file;
}

/** `a/node_modules/@b/c` of `a/node_modules/@b/c/d/e.js`. */
export function packageFolder(input: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input.replaceAll('\\', '/'))?.[0];
}

export function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
}

function foldersAbove(start: string): string[] {
  const folders: string[] = [];
  for (let folder = start; ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === dirname(folder)) return folders;
  }
}

/** `extends` of a tsconfig.json, which may have comments. */
function extendedBy(file: string): string[] {
  const found = /"extends"\s*:\s*(\[[^\]]*\]|"(?:[^"\\]|\\.)*")/.exec(readFileSync(file, 'utf8'));
  if (!found) return [];
  return [...found[1]!.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]!);
}
