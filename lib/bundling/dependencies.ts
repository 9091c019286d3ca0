import { existsSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { type Fact, type FactKind, type Facts, NONE, pair } from './facts.js';
import type { ChunkResult, ImportRecord } from './job.js';
import { mappedTo, readTsconfig, type Tsconfig } from './tsconfig.js';

const BUILTINS = new Set(builtinModules);
/** The group of the project's own files; packages have their folder's name. */
const OWN = '';

interface TsconfigFile {
  readonly file: string;
  readonly content: Tsconfig;
}

/** Everything one bundle depends on. Facts about one package come as a group: functions that use the package share it. */
export interface Dependencies {
  readonly own: readonly Fact[];
  readonly groups: readonly (readonly Fact[])[];
  /** Input paths, relative to the root. */
  readonly inputs: ReadonlySet<string>;
}

/** Works out what bundles depend on, from the module graph that esbuild tells. What functions share is worked out once. */
export class DependencyCollector {
  /** By input: facts about the file itself and about what its imports could mean. */
  private readonly known = new Map<string, readonly Fact[]>();
  private readonly tsconfigs = new Map<string, { files: readonly TsconfigFile[]; facts: readonly Fact[] }>();
  private facts: Set<Fact> = new Set();

  constructor(
    private readonly root: string,
    private readonly source: Facts,
  ) {}

  collect(
    chunk: ChunkResult,
    entry: string,
    { tsconfig, handlerFile }: { tsconfig?: string; handlerFile: string },
  ): Dependencies {
    const inputs = closure(chunk.inputs, entry);
    const groups = new Map<string, Set<Fact>>([[OWN, new Set()]]);
    const note = (group: string, facts: readonly Fact[]): void => {
      const all = groups.get(group) ?? new Set();
      groups.set(group, all);
      for (const fact of facts) all.add(fact);
    };
    for (const input of inputs) {
      const imports = chunk.inputs[input] ?? [];
      const file = fileOf(input);
      if (input === entry)
        note(
          OWN,
          this.gather(() => this.addEntry(handlerFile, imports)),
        );
      else if (file !== undefined) note(packageFolder(file) ?? OWN, this.ofInput(file, imports));
      note(
        OWN,
        this.gather(() => this.addWatched(chunk.watched[input] ?? [])),
      );
    }
    note(
      OWN,
      this.gather(() => this.addPlugins(chunk)),
    );
    if (tsconfig)
      note(
        OWN,
        this.gather(() => this.readTsconfigs(relative(this.root, tsconfig))),
      );
    const { [OWN]: own, ...rest } = Object.fromEntries([...groups].map(([group, facts]) => [group, [...facts]]));
    return { own: own!, groups: Object.values(rest), inputs };
  }

  /** Facts that are added while `add` runs. */
  private gather(add: () => void): readonly Fact[] {
    const outer = this.facts;
    this.facts = new Set();
    add();
    const gathered = [...this.facts];
    this.facts = outer;
    return gathered;
  }

  private ofInput(file: string, imports: readonly ImportRecord[]): readonly Fact[] {
    let facts = this.known.get(file);
    if (!facts) {
      facts = this.gather(() => this.addInput(file, imports));
      this.known.set(file, facts);
    }
    return facts;
  }

  private addEntry(handlerFile: string, imports: readonly ImportRecord[]): void {
    for (const item of imports) this.addImport(OWN, dirname(relative(this.root, handlerFile)), item);
  }

  private addInput(input: string, imports: readonly ImportRecord[]): void {
    const folder = dirname(input);
    const home = packageFolder(input);
    this.add('file', input);
    if (home === undefined) {
      this.addNames(input);
      for (const above of foldersAbove(resolve(this.root, folder))) {
        const place = relative(this.root, above);
        this.add('package', join(place, 'package.json'));
        this.readTsconfigs(join(place, 'tsconfig.json'));
        this.readTsconfigs(join(place, 'jsconfig.json'));
      }
    } else {
      for (let place = folder; place.length >= home.length; place = dirname(place))
        this.add('package', join(place, 'package.json'));
    }
    for (const item of imports) this.addImport(home ?? OWN, folder, item);
  }

  private addWatched(paths: readonly string[]): void {
    for (const path of paths) this.add('tree', relative(this.root, resolve(this.root, path)));
  }

  /** The plugin module, what it imports, and the versions of the packages it uses. */
  private addPlugins({ pluginInputs }: ChunkResult): void {
    for (const [file, imports] of Object.entries(pluginInputs)) {
      this.addInput(file, imports);
      for (const { path, external } of imports) {
        if (!external || BUILTINS.has(path) || path.startsWith('node:')) continue;
        const found = this.source.value('walk', pair(dirname(file), packageName(path)));
        if (found !== NONE) this.add('package', join(found, 'package.json'));
      }
    }
  }

  private addImport(group: string, folder: string, { path, original, external }: ImportRecord): void {
    const specifier = original ?? (external ? path : undefined);
    if (specifier === undefined || specifier.startsWith('node:') || specifier.startsWith('#') || isAbsolute(specifier)) return;
    if (/^\.\.?(\/|$)/.test(specifier)) {
      if (group === OWN) this.addNames(join(folder, specifier));
      return;
    }
    const name = packageName(specifier);
    if (!BUILTINS.has(name)) this.add('walk', pair(folder, name));
    if (group !== OWN) return;
    for (const above of foldersAbove(resolve(this.root, folder))) {
      for (const { file, content } of this.readTsconfigs(join(relative(this.root, above), 'tsconfig.json'))) {
        for (const target of mappedTo(content, specifier))
          this.addNames(relative(this.root, resolve(this.root, dirname(file), target)));
      }
    }
  }

  /** What else could be meant by the import of a file. */
  private addNames(file: string): void {
    this.add('names', pair(dirname(file), basename(file)));
    if (/^index\.[^.]+$/.test(basename(file))) this.add('names', pair(dirname(dirname(file)), basename(dirname(file))));
  }

  /** A tsconfig.json and what it extends. */
  private readTsconfigs(file: string): readonly TsconfigFile[] {
    let known = this.tsconfigs.get(file);
    if (!known) {
      let files: readonly TsconfigFile[] = [];
      const facts = this.gather(() => {
        files = this.followTsconfigs(file, []);
      });
      known = { files, facts };
      this.tsconfigs.set(file, known);
    }
    for (const fact of known.facts) this.facts.add(fact);
    return known.files;
  }

  private followTsconfigs(file: string, trail: readonly string[]): TsconfigFile[] {
    this.add('file', file);
    if (trail.includes(file) || this.source.value('file', file) === NONE) return [];
    const content = readTsconfig(resolve(this.root, file));
    const bases = content.extends.flatMap((base) => this.tsconfigBase(file, base));
    return [{ file, content }, ...bases.flatMap((base) => this.followTsconfigs(base, [...trail, file]))];
  }

  private tsconfigBase(file: string, base: string): string[] {
    if (/^\.\.?\//.test(base) || isAbsolute(base)) {
      const target = resolve(this.root, dirname(file), base);
      return [relative(this.root, existsSync(target) && statSync(target).isFile() ? target : `${target}.json`)];
    }
    const name = packageName(base);
    const place = pair(dirname(file), name);
    this.add('walk', place);
    const found = this.source.value('walk', place);
    const rest = base.slice(name.length + 1);
    if (found === NONE) return [];
    this.add('package', join(found, 'package.json'));
    return (rest ? [rest, `${rest}.json`] : ['tsconfig.json']).map((end) => join(found, end));
  }

  private add(kind: FactKind, subject: string): void {
    this.facts.add(this.source.fact(kind, subject));
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

function packageName(specifier: string): string {
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
