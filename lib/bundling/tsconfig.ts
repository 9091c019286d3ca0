import { readFileSync } from 'node:fs';

/** What of a tsconfig.json decides where imports lead. */
export interface Tsconfig {
  readonly extends: readonly string[];
  readonly baseUrl?: string;
  readonly paths: Readonly<Record<string, readonly string[]>>;
}

/** Reads a tsconfig.json, which may have comments and commas too many. One that cannot be read says nothing. */
export function readTsconfig(file: string): Tsconfig {
  try {
    const { extends: bases = [], compilerOptions: { baseUrl, paths = {} } = {} } = JSON.parse(plain(readFileSync(file, 'utf8')));
    return { extends: [bases].flat(), baseUrl, paths };
  } catch {
    return { extends: [], paths: {} };
  }
}

const STRING = /"(?:[^"\\]|\\.)*"/;
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//;

function plain(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .replace(new RegExp(`(${STRING.source})|${COMMENT.source}`, 'g'), '$1')
    .replace(new RegExp(`(${STRING.source})|,(?=\\s*[}\\]])`, 'g'), '$1');
}

/** Where `paths` send a specifier, and `baseUrl` when nothing else matches; relative to the folder these start from. */
export function mappedTo({ baseUrl, paths }: Tsconfig, specifier: string): string[] {
  const targets = Object.entries(paths).flatMap(([pattern, candidates]) => {
    const star = pattern.indexOf('*');
    if (star < 0) return pattern === specifier ? candidates : [];
    const [start, end] = [pattern.slice(0, star), pattern.slice(star + 1)];
    if (specifier.length < start.length + end.length || !specifier.startsWith(start) || !specifier.endsWith(end)) return [];
    const matched = specifier.slice(start.length, specifier.length - end.length);
    return candidates.map((candidate) => candidate.replace('*', () => matched));
  });
  return [...targets.map((target) => joined(baseUrl, target)), ...(baseUrl === undefined ? [] : [joined(baseUrl, specifier)])];
}

const joined = (base: string | undefined, path: string): string => (base === undefined ? path : `${base}/${path}`);
