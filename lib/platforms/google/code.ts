import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { StorageBucketObject } from '@cdktf/provider-google/lib/storage-bucket-object/index.js';
import { type ISynthesisSession, Lazy, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { type InlineCode, zip } from '../../bundling/index.js';
import type { BundlePreset, CodeReference } from '../../core/code.js';
import { EXPORTED_NAME, entrySource } from '../../core/entry-source.js';
import type { CodeSpec } from '../../core/model.js';

/** Node's long-term version that Google supports until October 2028: https://cloud.google.com/functions/docs/runtime-support */
export const RUNTIME = 'nodejs24';
/** How cdktf marks constructs that write files of their own at synthesis; it does not export the function that sets it. */
const CUSTOM_SYNTHESIS = Symbol.for('cdktf/customSynthesis');
const HASH_LENGTH = 32;

const PRESET: BundlePreset = {
  entrySource: (request) =>
    entrySource(request, {
      adapter: 'functions-framework',
      links: { queue: 'pubsub', topic: 'pubsub', bucket: 'gcs', function: 'cloudfunction', bus: 'pubsubbus' },
      entrances: { event: 'event' },
      secrets: ['env'],
      identity: 'google',
    }),
  options: {
    target: 'node24',
    nativePlatform: { os: 'linux', cpu: 'x64', libc: 'glibc' },
    // `main` is how the buildpack finds the file. No dependency on functions-framework: the buildpack then installs the version that
    // it is tested with, from a lock file of its own; a range here, without a lock file, would be another version every week.
    packageJson: { private: true, type: 'module', main: 'index.mjs' },
  },
};

/** Code of faasten's own, for Google's runtime and with this entry point. */
export interface OwnCode {
  readonly spec: Extract<CodeSpec, { kind: 'prebuilt' }>;
  readonly inline: InlineCode;
}

/** What is in the zip. */
interface Content {
  readonly hash: string;
  readonly hasModules: boolean;
  zip(): Uint8Array;
}

/**
 * A function's code in the bucket of sources. Named by the hash of its content, because Google builds a function again only if the
 * object's name changes; the zip is written next to the stack's configuration, when that is written.
 */
export class Source extends Construct {
  readonly object: StorageBucketObject;
  readonly entryPoint: string;
  readonly runtime: string;
  /** Variables of the build: a late value, as they depend on what was bundled. */
  readonly buildEnvironment: { [key: string]: string };
  private readonly content: () => Content;
  private readonly folder: string;

  constructor(scope: Construct, id: string, functionName: string, bucket: string, code: CodeReference | OwnCode) {
    super(scope, id);
    this.content = contentOf(code);
    const { spec } = code;
    this.entryPoint = spec.kind === 'prebuilt' ? spec.handler : EXPORTED_NAME;
    this.runtime = spec.kind === 'prebuilt' ? spec.runtime : RUNTIME;
    this.folder = posix.join('assets', functionName);
    this.object = new StorageBucketObject(this, 'Resource', {
      bucket,
      name: Lazy.stringValue({ produce: () => `${functionName}/${this.hash}.zip` }),
      source: Lazy.stringValue({ produce: () => posix.join(this.folder, `${this.hash}.zip`) }),
      contentType: 'application/zip',
      // The old one stays until the function is built of the new one.
      lifecycle: { createBeforeDestroy: true },
    });
    // The buildpack throws node_modules away and installs anew, unless it is told that they are meant.
    // https://cloud.google.com/functions/docs/writing/specifying-dependencies-nodejs
    this.buildEnvironment = Lazy.anyValue({
      produce: () =>
        spec.kind === 'entry' && this.content().hasModules ? { GOOGLE_VENDOR_NPM_DEPENDENCIES: 'true' } : undefined,
    }) as unknown as { [key: string]: string };
    Object.defineProperty(this, CUSTOM_SYNTHESIS, {
      value: { onSynthesize: (session: ISynthesisSession) => this.write(session) },
    });
  }

  private get hash(): string {
    return this.content().hash.slice(0, HASH_LENGTH);
  }

  private write(session: ISynthesisSession): void {
    const { workingDirectory } = session.manifest.forStack(TerraformStack.of(this));
    const folder = join(session.outdir, workingDirectory, this.folder);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${this.hash}.zip`), this.content().zip());
  }
}

/** Late, as code is bundled when somebody asks for it. */
function contentOf(code: CodeReference | OwnCode): () => Content {
  if ('inline' in code) return () => ({ hash: code.inline.hash, hasModules: false, zip: () => code.inline.zip() });
  const prepared = code.prepare(PRESET);
  return () => {
    const artifact = prepared.artifact();
    const hasModules = artifact.files.some(({ name }) => name.startsWith('node_modules/'));
    return { hash: artifact.hash, hasModules, zip: () => zip(artifact) };
  };
}
