import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nativeFailed } from './errors.js';
import type { NativePlatform } from './request.js';

/** The part of a package.json that tells what a package needs. */
interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly scripts?: Readonly<Record<string, string>>;
  readonly gypfile?: boolean;
}

/** What native modules of a project come to, for one machine. */
export interface NativePlan {
  readonly platform: NativePlatform;
  /** Packages that the project has in the right form: name in the output's `node_modules` to folder. */
  readonly present: ReadonlyMap<string, string>;
  /** Whether `present` is all there is to it. Otherwise npm has to install {@link wanted}. */
  readonly complete: boolean;
  /** Exact versions to install, by package. */
  readonly wanted: Readonly<Record<string, string>>;
  /** All that the result depends on. JSON. */
  readonly identity: string;
}

/**
 * Works out which packages the modules need on `platform`, from the project's `node_modules`. Packages for other platforms are
 * left out; one for the right platform that is not there makes the plan incomplete.
 * @returns the plan, or what is wrong
 */
export function planNative(root: string, modules: readonly string[], platform: NativePlatform): NativePlan | string {
  const target = { ...platform, libc: platform.libc ?? (platform.os === 'linux' ? 'glibc' : undefined) } as NativePlatform;
  const present = new Map<string, string>();
  const wanted: Record<string, string> = {};
  let complete = true;
  const queue: { name: string; from: string; optional: boolean; version?: string }[] = modules.map((name) => ({
    name,
    from: root,
    optional: false,
  }));
  for (const { name, from, optional, version } of queue) {
    const folder = locate(name, from);
    if (present.has(name)) {
      // Two packages need it in two versions: only npm can lay that out.
      if (folder !== undefined && folder !== present.get(name)) {
        complete = false;
        if (!modules.includes(name)) delete wanted[name];
      }
      continue;
    }
    if (folder === undefined) {
      if (!optional)
        return nativeFailed(name, `is not in the project's node_modules (looked from '${from}')`, `run: npm install ${name}`);
      if (isForOther(name, target)) continue;
      complete = false;
      continue;
    }
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    if (!fits(manifest, target)) continue;
    if (version && manifest.version !== version && /^\d/.test(version)) complete = false;
    const byPlatform = Object.keys(manifest.optionalDependencies ?? {}).length > 0;
    if (!byPlatform && buildsOnInstall(folder, manifest) && !isThisMachine(target)) {
      return nativeFailed(
        name,
        `builds its machine code while it is installed, which works for this machine (${process.platform} ${process.arch}) only`,
        `bundle on a ${target.os} ${target.cpu} machine, or build it there and add it through 'assets'`,
      );
    }
    present.set(name, folder);
    wanted[name] = manifest.version;
    for (const [dependency, range] of Object.entries(manifest.optionalDependencies ?? {})) {
      queue.push({ name: dependency, from: folder, optional: true, version: range });
    }
    for (const [dependency, range] of Object.entries(manifest.dependencies ?? {})) {
      if (!manifest.optionalDependencies?.[dependency])
        queue.push({ name: dependency, from: folder, optional: false, version: range });
    }
  }
  const missing = modules.find((name) => !present.has(name));
  if (missing) return nativeFailed(missing, `does not run on ${target.os} ${target.cpu}`, 'use another module there');
  return {
    platform: target,
    present,
    complete,
    wanted,
    identity: JSON.stringify([target, Object.entries(wanted).sort(), complete]),
  };
}

/** npm's rule: a list of names that fit, or of names with `!` that do not. */
function fits({ os, cpu, libc }: Manifest, target: NativePlatform): boolean {
  const allowed = (list: readonly string[] | undefined, value: string | undefined): boolean => {
    if (!list || list.length === 0 || value === undefined) return true;
    if (list.includes(`!${value}`)) return false;
    return list.every((name) => name.startsWith('!')) || list.includes(value) || list.includes('any');
  };
  return allowed(os, target.os) && allowed(cpu, target.cpu) && allowed(libc, target.libc);
}

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32', 'wasm32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** What the usual names say of packages that are not installed: `@esbuild/darwin-arm64`, `@img/sharp-linuxmusl-x64`. */
function isForOther(name: string, target: NativePlatform): boolean {
  const words = name
    .slice(name.indexOf('/') + 1)
    .replace(/linuxmusl/, 'linux-musl')
    .split(/[-_.]/);
  const other = (all: readonly string[], value: string): boolean => {
    const said = words.filter((word) => all.includes(word));
    return said.length > 0 && !said.includes(value);
  };
  if (other(SYSTEMS, target.os) || other(PROCESSORS, target.cpu)) return true;
  if (target.os !== 'linux') return false;
  return target.libc === 'musl' ? words.some((word) => /^gnu/.test(word)) : words.some((word) => /^musl/.test(word));
}

function buildsOnInstall(folder: string, { scripts, gypfile }: Manifest): boolean {
  return gypfile === true || scripts?.install !== undefined || existsSync(join(folder, 'binding.gyp'));
}

function isThisMachine({ os, cpu, libc }: NativePlatform): boolean {
  if (os !== process.platform || cpu !== process.arch) return false;
  if (os !== 'linux') return true;
  const header = (process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined)?.header;
  return (header?.glibcVersionRuntime ? 'glibc' : 'musl') === libc;
}

/** As node does: up the `node_modules` folders, links resolved. */
function locate(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (folder === dirname(folder)) return undefined;
  }
}
