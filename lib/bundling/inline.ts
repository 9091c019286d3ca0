import { contentHash } from './artifact.js';
import { sha256 } from './file-hashes.js';
import { zipOf } from './zip.js';

/** Code that is texts of faasten's own, and stands in no folder. */
export interface InlineCode {
  /** As of a {@link CodeArtifact} with the same files. */
  readonly hash: string;
  zip(): Uint8Array;
}

export function inlineCode(files: Readonly<Record<string, string>>): InlineCode {
  const texts = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  const stored = texts.map(([name, text]) => ({
    name,
    bytes: Buffer.byteLength(text),
    hash: sha256(text),
    hashed: true,
  }));
  return {
    hash: contentHash(stored),
    zip: () => zipOf(texts.map(([name, text]) => ({ name, data: Buffer.from(text), executable: false }))),
  };
}
