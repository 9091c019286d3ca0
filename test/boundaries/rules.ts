/** Who may import what inside lib. */
import { isBuiltin } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { type Import, importsOf } from './imports.js';

/** The one file that names platforms. */
const REGISTRY = 'core/registry.ts';
/** What synthesis and running code say to each other: the one file of the runtime that the rest may know. */
const WIRE = 'runtime/wire';
/** The local platform's engine is a runtime itself, and has what that consists of. */
const ENGINE = 'platforms/local/engine/';
const SHARED = ['runtime/prometheus', 'runtime/report', 'runtime/trace', 'runtime/otlp'];
/** Packages of a cloud's framework, and the one folder that may import them. */
const FRAMEWORKS: readonly [RegExp, string][] = [
  [/^aws-cdk-lib(\/|$)/, 'platforms/aws/'],
  [/^(cdktf|cdktn)(\/|$)|^@cdktf\//, 'platforms/google/'],
  [/^cdk8s(-plus-\d+)?(\/|$)/, 'platforms/kubernetes/'],
];
/** Roots of packages whose loading costs seconds; their sub-paths are cheap. */
const HEAVY_ROOTS = ['@cdktf/provider-google', '@cdktf/provider-google/lib', '@cdktf/provider-google/lib/index.js'];
/** Lambda brings it; types come from a package that holds nothing else. */
const RUNTIME_PACKAGES = /^@aws-sdk\/|^@standard-schema\/spec$/;

/** What loads modules of users. */
const COMPUTED = /^(bundling|platforms\/local\/engine\/worker)\//;

/** A text for every import in `files` (paths below lib) that breaks a rule: `<file>: <what>`. */
export async function violations(files: Readonly<Record<string, string>>): Promise<string[]> {
  const found: string[] = [];
  for (const [file, text] of Object.entries(files)) {
    for (const each of await importsOf(file, text)) {
      const wrong = judge(file, each);
      if (wrong !== undefined) found.push(`${file}: ${wrong}`);
    }
  }
  return found;
}

function judge(file: string, each: Import): string | undefined {
  // The bundler's own processes load what a user names: esbuild of the project, plugins. The local platform's workers load bundles.
  if (each.specifier === undefined) return COMPUTED.test(file) ? undefined : `${each.form} of a computed name`;
  const what = `${each.form} of '${each.specifier}'`;
  if (!each.specifier.startsWith('.')) return ofPackage(file, each.specifier, what);
  const target = normalize(join(dirname(file), each.specifier)).replace(/\.(js|ts)$/, '');
  if (target.startsWith('..')) return `${what}, which is outside lib`;
  if (target.startsWith('platforms/')) return ofPlatform(file, target, each, what);
  const inRuntime = target.startsWith('runtime/');
  if (file.startsWith('runtime/') && !inRuntime) return `${what}: the runtime imports nothing of the rest`;
  const shared = file.startsWith(ENGINE) && SHARED.includes(target);
  if (!file.startsWith('runtime/') && inRuntime && target !== WIRE && !shared)
    return `${what}: of the runtime, the rest imports only wire.js`;
  if (file.startsWith('bundling/') && !target.startsWith('bundling/') && target !== 'core/errors')
    return `${what}: the bundler knows no constructs and nothing of the core but its error`;
  if (file.startsWith('core/') && !/^(core|bundling)\//.test(target) && target !== WIRE)
    return `${what}: the core imports nothing that is built on it`;
  return undefined;
}

function ofPackage(file: string, specifier: string, what: string): string | undefined {
  if (isBuiltin(specifier)) return undefined;
  if (HEAVY_ROOTS.includes(specifier)) return `${what}: the whole package takes seconds and 400 MB to load; import a sub-path`;
  const framework = FRAMEWORKS.find(([pattern]) => pattern.test(specifier));
  if (framework && !file.startsWith(framework[1])) return `${what}: only ${framework[1]} may`;
  if (file.startsWith('runtime/') && !RUNTIME_PACKAGES.test(specifier))
    return `${what}: the runtime ships to the cloud without packages`;
  if (file.startsWith('bundling/') && specifier === 'constructs') return `${what}: the bundler knows no constructs`;
  return undefined;
}

function ofPlatform(file: string, target: string, each: Import, what: string): string | undefined {
  const own = /^platforms\/[^/]+\//.exec(target)![0];
  if (file.startsWith(own)) return undefined;
  if (file.startsWith('platforms/')) return `${what}: a platform imports no other`;
  // What runs a service on this machine is built on the local platform, by its public face.
  if (/^(cli|testing)\//.test(file) && target === 'platforms/local/index') {
    return each.typeOnly || (each.form === 'require' && !each.eager)
      ? undefined
      : `${what}: the local platform is loaded by a require inside a function, when it is needed`;
  }
  if (file !== REGISTRY) return `${what}: only ${REGISTRY} names platforms`;
  if (each.form !== 'require' || each.eager)
    return `${what}: platforms are loaded by a require inside a function, when they are needed`;
  return undefined;
}
