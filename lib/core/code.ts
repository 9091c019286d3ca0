import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { IConstruct } from 'constructs';
import { type BundleOptions, type BundleRequest, bundle, type CodeArtifact, prebuilt } from '../bundling/index.js';
import { FaastenError } from './errors.js';
import type { CodeSpec } from './model.js';
import type { LinkAccess, LinkKind } from './platform.js';
import type { HandlerKind } from './typing.js';

/** Bundling settings a user may give; the rest of {@link BundleOptions} is the platform's. */
export type BundlingOptions = Pick<
  BundleOptions,
  | 'external'
  | 'define'
  | 'loader'
  | 'banner'
  | 'minify'
  | 'sourceMap'
  | 'assets'
  | 'nativeModules'
  | 'plugins'
  | 'maxSizeBytes'
  | 'conditions'
  | 'mainFields'
  | 'tsconfig'
>;

/** What a platform's virtual entry is made of. Known late: links and triggers may be added after the function was created. */
export interface EntryRequest {
  /** Construct path of the function. */
  readonly path: string;
  /** Import specifier of the user's handler: its absolute path. The bundler keeps it out of the output. */
  readonly handlerFile: string;
  /** Kinds of events that may arrive, sorted. */
  readonly kinds: readonly HandlerKind[];
  /** `GET /orders/{id}` of each route that leads here, sorted. */
  readonly routes: readonly string[];
  /** Those of them that have an authorizer. */
  readonly authorized?: readonly string[];
  readonly links: readonly { readonly name: string; readonly kind: LinkKind; readonly access: LinkAccess }[];
  readonly secrets: readonly string[];
  /** Handlers that share the function, sorted by name; `handlerFile` is the file of one of them. @default - the handler has it for itself */
  readonly members?: readonly MemberRequest[];
}

/** One of several handlers of a function. */
export interface MemberRequest {
  readonly name: string;
  /** Absolute path. */
  readonly file: string;
  readonly routes: readonly string[];
  /** Names that the handler knows links by, and the function. */
  readonly links: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/** How one platform wants its functions bundled. */
export interface BundlePreset {
  /** Text of the virtual entry: an ES module that joins the user's handler, an adapter and the drivers it needs. */
  entrySource(request: EntryRequest): string;
  readonly options: Partial<BundleOptions>;
}

/** What a platform gets of a function's code. The code itself is the one late thing: made when it is first asked for. */
export interface CodeReference {
  readonly spec: CodeSpec;
  /**
   * Registers the code, so that one pass bundles every function of the tree. To be called when the function is created.
   * For images there is nothing to prepare; it throws.
   */
  prepare(preset: BundlePreset): PreparedCode;
  /** Folder that an image is built from, absolute. @throws when it does not exist */
  context(): string;
  /** Whether a test has asked for no real code: known late, as it may ask after the function was created. */
  isPlaceholder(): boolean;
}

export interface PreparedCode {
  /**
   * What bundling this function alone takes, for platforms that bundle each when it is first used. Undefined for code that is already
   * built. Late as {@link artifact} is: links and triggers are part of it.
   */
  request(): BundleRequest | undefined;
  /** Bundles everything registered in the tree on first use. Throws with esbuild's own message when the code does not compile. */
  artifact(): CodeArtifact;
}

export interface CodeSource {
  readonly path: string;
  readonly spec: CodeSpec;
  /** Folder that relative paths start from. */
  readonly root: string;
  readonly bundling: BundlingOptions;
  entryRequest(handlerFile: string): EntryRequest;
}

const PLACEHOLDER = Symbol.for('faasten.placeholder');

/** Makes every function below `root` use `artifact` instead of its code. For tests of stacks, through `faasten/testing`. */
export function usePlaceholder(root: IConstruct, artifact: CodeArtifact): void {
  Object.defineProperty(root, PLACEHOLDER, { value: artifact, configurable: true });
}

function placeholderOf(scope: IConstruct): CodeArtifact | undefined {
  for (const ancestor of scope.node.scopes) {
    const found = (ancestor as IConstruct & { [PLACEHOLDER]?: CodeArtifact })[PLACEHOLDER];
    if (found) return found;
  }
  return undefined;
}

/** All code of one tree. */
class Registry {
  /** By construct path, once bundled. */
  readonly bundled = new Map<string, CodeArtifact>();
  private readonly waiting: { source: CodeSource; request(): BundleRequest; done(artifact: CodeArtifact): void }[] = [];

  static of(scope: IConstruct): Registry {
    const root = scope.node.root;
    let registry = REGISTRIES.get(root);
    if (!registry) {
      registry = new Registry();
      REGISTRIES.set(root, registry);
    }
    return registry;
  }

  register(scope: IConstruct, source: CodeSource, preset: BundlePreset): PreparedCode {
    let artifact: CodeArtifact | undefined;
    const prepared = (request: () => BundleRequest | undefined, make: () => CodeArtifact): PreparedCode => ({
      request,
      artifact: () => placeholderOf(scope) ?? make(),
    });
    if (source.spec.kind === 'prebuilt') {
      const directory = existing(source, source.spec.directory, 'directory');
      return prepared(
        () => undefined,
        () => {
          artifact ??= prebuilt(directory);
          return artifact;
        },
      );
    }
    if (source.spec.kind !== 'entry')
      throw new FaastenError('internal', `'${source.path}' has no code to bundle: it is an image`, source.path);
    const handlerFile = existing(source, source.spec.entry, 'file');
    const request = () => requestOf(source, preset, handlerFile);
    this.waiting.push({
      source,
      request,
      done: (made) => {
        artifact = made;
      },
    });
    return prepared(request, () => {
      if (!artifact) this.bundleAll();
      return artifact!;
    });
  }

  private bundleAll(): void {
    const batch = [...this.waiting];
    const artifacts = bundle(batch.map(({ request }) => request()));
    for (const warning of new Set(artifacts.flatMap(({ warnings }) => warnings))) process.stderr.write(`${warning}\n\n`);
    // Only now: a pass that failed leaves everything waiting, and the next synthesis reports it again.
    this.waiting.splice(0, batch.length);
    batch.forEach(({ source, done }, index) => {
      this.bundled.set(source.path, artifacts[index]!);
      done(artifacts[index]!);
    });
  }
}

const REGISTRIES = new WeakMap<IConstruct, Registry>();

/** What was bundled so far of the tree around `scope`, by construct path. */
export function bundledCode(scope: IConstruct): ReadonlyMap<string, CodeArtifact> {
  return Registry.of(scope).bundled;
}

/** The code of the function at `scope`. */
export function codeReference(scope: IConstruct, source: CodeSource): CodeReference {
  const { spec } = source;
  return {
    spec,
    prepare: (preset) => Registry.of(scope).register(scope, source, preset),
    context: () => {
      if (spec.kind !== 'build')
        throw new FaastenError('internal', `'${source.path}' is not built from a Dockerfile`, source.path);
      return existing(source, spec.context, 'directory');
    },
    isPlaceholder: () => placeholderOf(scope) !== undefined,
  };
}

function requestOf(source: CodeSource, preset: BundlePreset, handlerFile: string): BundleRequest {
  return {
    path: source.path,
    handlerFile,
    entrySource: preset.entrySource(source.entryRequest(handlerFile)),
    options: { ...preset.options, ...defined(source.bundling), ...merged(preset.options, source.bundling) } as BundleOptions,
  };
}

/** The absolute path of a handler's file. @throws when there is none */
export function entryFile(path: string, root: string, entry: string): string {
  return existing({ path, root }, entry, 'file');
}

function existing(source: Pick<CodeSource, 'path' | 'root'>, name: string, type: 'file' | 'directory'): string {
  const file = resolve(source.root, name);
  const found = existsSync(file) && (type === 'file' ? statSync(file).isFile() : statSync(file).isDirectory());
  if (!found) {
    throw new FaastenError(
      'code-missing',
      `cannot find the code of '${source.path}': there is no ${type} '${file}'; a relative path starts at ` +
        `the service's 'root' (by default the folder of the command that is run), so set root: __dirname or give an absolute path`,
      source.path,
    );
  }
  return file;
}

function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Lists and records add to the platform's; everything else replaces it. */
function merged(platform: Partial<BundleOptions>, user: BundlingOptions): Partial<BundleOptions> {
  return {
    external: [...new Set([...(platform.external ?? []), ...(user.external ?? [])])],
    define: { ...platform.define, ...user.define },
    loader: { ...platform.loader, ...user.loader },
  };
}
