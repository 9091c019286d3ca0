import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import type { CodeArtifact } from '../../bundling/index.js';
import { invalid } from '../../core/errors.js';
import { CONFIG_MAP_BYTES, CONFIG_MAP_KEY_LENGTH } from './limits.js';

/** Code as ConfigMaps hold it: key to brotli in base64. */
export interface PackedCode {
  readonly code: Readonly<Record<string, string>>;
  /** Source maps; empty where there are none, or where they do not fit. */
  readonly maps: Readonly<Record<string, string>>;
  /**
   * 16 hex digits: eight of the code's own hash, then eight of the bytes as they are stored, so that an immutable ConfigMap of that
   * name never gets other bytes from another version of brotli.
   */
  readonly hash: string;
}

/** Quality 11 is 15 % smaller and takes 20 times as long: it is for code that would not fit otherwise. */
const QUALITIES = [9, 11];

/**
 * @throws FaastenError when the code does not fit into a ConfigMap
 */
export function pack(path: string, artifact: CodeArtifact): PackedCode {
  const files = artifact.files.map(({ name, hashed }) => ({
    key: keyOf(path, name),
    hashed,
    bytes: readFileSync(join(artifact.directory, name)),
  }));
  const mappings = files.filter(({ hashed }) => !hashed);
  const coded = files.filter(({ hashed }) => hashed);
  const code = fitting(coded);
  if (!code) throw tooLarge(path, artifact, sizeOf(compressed(coded, QUALITIES.at(-1)!)));
  const digest = createHash('sha256');
  for (const [key, bytes] of code) digest.update(`${key} ${bytes.length}\n`).update(bytes);
  return {
    code: encoded(code),
    maps: encoded(fitting(mappings) ?? []),
    hash: artifact.hash.slice(0, 8) + digest.digest('hex').slice(0, 8),
  };
}

type Entries = readonly (readonly [key: string, bytes: Buffer])[];

function fitting(files: readonly { key: string; bytes: Buffer }[]): Entries | undefined {
  for (const quality of QUALITIES) {
    const entries = compressed(files, quality);
    if (sizeOf(entries) <= CONFIG_MAP_BYTES) return entries;
  }
  return undefined;
}

function compressed(files: readonly { key: string; bytes: Buffer }[], quality: number): Entries {
  return files.map(({ key, bytes }) => {
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    return [key, brotliCompressSync(bytes, { params })];
  });
}

function sizeOf(entries: Entries): number {
  return entries.reduce((sum, [, bytes]) => sum + bytes.length, 0);
}

function encoded(entries: Entries): Record<string, string> {
  return Object.fromEntries(entries.map(([key, bytes]) => [key, bytes.toString('base64')]));
}

/** Keys are letters, digits, `-` and `.`; everything else of a file's name is `_` and two hex digits per byte, as in `assets_2Flogo.png`. */
function keyOf(path: string, name: string): string {
  const key = encodeURIComponent(name)
    .replace(/[_!~*'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%', '_');
  if (key.length > CONFIG_MAP_KEY_LENGTH || key.startsWith('..')) {
    throw invalid(
      'function',
      path,
      `its code has the file '${name}', which cannot be in a ConfigMap (as the key '${key}')`,
      `use names of up to ${CONFIG_MAP_KEY_LENGTH} characters that do not start with two dots`,
    );
  }
  return key;
}

function tooLarge(path: string, artifact: CodeArtifact, bytes: number) {
  const kib = (count: number) => `${Math.ceil(count / 1024).toLocaleString('en')} KiB`;
  const heavy = artifact.heaviest
    .slice(0, 5)
    .map(({ name, bytes: count }) => `${name === '.' ? 'your own code' : name} ${kib(count)}`);
  return invalid(
    'function',
    path,
    `its code is ${kib(bytes)} when compressed (${kib(artifact.bytes)} before), more than the ${kib(CONFIG_MAP_BYTES)} that a ConfigMap ` +
      `holds${heavy.length > 0 ? `; heaviest, before compression: ${heavy.join(', ')}` : ''}`,
    'leave out what it does not need, minify with bundling: { minify: true }, or serve large assets from a bucket',
  );
}
