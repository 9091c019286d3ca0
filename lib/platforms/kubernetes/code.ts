import { ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import type { CodeReference, PreparedCode } from '../../core/code.js';
import { entrySource } from '../../core/entry-source.js';
import { invalid, shown } from '../../core/errors.js';
import type { FunctionSpec } from '../../core/model.js';
import { PACKED, UNPACK_AND_RUN, UNPACKED } from './bootstrap.js';
import { metadataOf, nameOf } from './metadata.js';
import type { Settings } from './options.js';
import { type PackedCode, pack } from './pack.js';

/** Marks the ConfigMaps that hold code; listings and snapshots leave their content out. */
export const CODE_LABEL = 'faasten.dev/code';

/** The code of one function, in two ConfigMaps whose names say which code it is. */
export class FunctionCode extends Construct {
  private readonly name: string;
  private readonly prepared: PreparedCode;
  private packed?: PackedCode;

  constructor(
    scope: Construct,
    id: string,
    private readonly spec: FunctionSpec,
    code: CodeReference,
    { architecture }: Settings,
  ) {
    super(scope, id);
    this.name = nameOf(scope);
    this.prepared = code.prepare({
      entrySource: (request) =>
        entrySource(request, {
          adapter: 'http-server',
          links: { queue: 'broker', topic: 'broker', bucket: 's3http', function: 'http', bus: 'brokerbus' },
          entrances: { event: 'event' },
          secrets: ['env'],
        }),
      options: {
        target: 'node24',
        // The stock image is a Debian.
        nativePlatform: { os: 'linux', cpu: architecture === 'arm64' ? 'arm64' : 'x64', libc: 'glibc' },
      },
    });
    this.configMap(
      'Resource',
      () => this.codeName,
      true,
      () => this.content.code,
    );
    // Apart from the code, as a source map changes when only a comment did: that must not start new instances.
    this.configMap(
      'SourceMaps',
      () => this.mapsName,
      false,
      () => this.content.maps,
    );
  }

  /** The volume, its mount and the command of the container. */
  get volume(): object {
    const source = (name: () => string, optional?: boolean) => ({ configMap: { name: Lazy.any({ produce: name }), optional } });
    return { name: 'packed', projected: { sources: [source(() => this.codeName), source(() => this.mapsName, true)] } };
  }

  get mount(): object {
    return { name: 'packed', mountPath: PACKED, readOnly: true };
  }

  get arguments(): string[] {
    const main = this.spec.code.kind === 'prebuilt' ? this.spec.code.handler : 'index.mjs';
    return ['--enable-source-maps', '--eval', UNPACK_AND_RUN, PACKED, UNPACKED, main];
  }

  private get content(): PackedCode {
    this.packed ??= pack(this.spec.path, this.prepared.artifact());
    return this.packed;
  }

  private get codeName(): string {
    return `${this.name}-${this.content.hash}`;
  }

  private get mapsName(): string {
    return `${this.codeName}-map`;
  }

  private configMap(id: string, name: () => string, immutable: boolean, content: () => object): void {
    const { path, tags } = this.spec;
    const object = new ApiObject(this, id, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadataOf({ what: 'function', path, tags, labels: { [CODE_LABEL]: this.name } }),
      ...(immutable && { immutable }),
      binaryData: Lazy.any({ produce: content }),
    });
    // Plain strings for whoever reads them, as cdk8s does for the names of files, but late.
    for (const target of [object, object.metadata]) Object.defineProperty(target, 'name', { get: name, enumerable: true });
  }
}

/**
 * Checks code that is already built: a program for the version of Node.js that functions run in.
 * @param tuned whether the function was given an image of its own, which may hold any version
 */
export function checkPrebuilt(spec: FunctionSpec, tuned: boolean): void {
  if (spec.code.kind !== 'prebuilt') return;
  const { runtime, handler } = spec.code;
  if (!(tuned ? /^nodejs\d+/ : /^nodejs24(\.x)?$/).test(runtime)) {
    throw invalid(
      'function',
      spec.path,
      `code.runtime is ${shown(runtime)}`,
      "give 'nodejs24', or for another version of Node.js also its image: KubernetesFunction.tune({ image })",
    );
  }
  if (!/\.[mc]?js$/.test(handler) || handler.startsWith('/') || handler.split('/').includes('..')) {
    throw invalid(
      'function',
      spec.path,
      `code.handler is ${shown(handler)}`,
      "give the file to start, relative to code.directory, as in 'server.mjs': a program that serves HTTP on $PORT",
    );
  }
}
