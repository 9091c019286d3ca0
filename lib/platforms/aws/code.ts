import { createHash } from 'node:crypto';
import { type Architecture, Code, type CodeConfig, type ResourceBindOptions } from 'aws-cdk-lib/aws-lambda';
import {
  type CfnResource,
  type FileAssetLocation,
  FileAssetPackaging,
  type FileAssetSource,
  Lazy,
  Stack,
} from 'aws-cdk-lib/core';
import {
  ASSET_RESOURCE_METADATA_ENABLED_CONTEXT,
  ASSET_RESOURCE_METADATA_IS_BUNDLED_KEY,
  ASSET_RESOURCE_METADATA_PATH_KEY,
  ASSET_RESOURCE_METADATA_PROPERTY_KEY,
} from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';
import type { CodeArtifact } from '../../bundling/index.js';
import type { BundlePreset, CodeReference, PreparedCode } from '../../core/code.js';
import { entrySource } from '../../core/entry-source.js';
import { invalid } from '../../core/errors.js';
import { pathInStack } from './names.js';
import { stageCode } from './staging.js';

const PARTS = {
  adapter: 'lambda',
  links: { queue: 'sqs', topic: 'sns', bus: 'eventbridge', bucket: 's3', function: 'lambda', websocket: 'websocket' },
  secrets: ['secretsmanager'],
  entrances: { authorizer: 'authorizer', websocket: 'websocket', changes: 'changes', stream: 'stream', event: 'event' },
} as const;

/** File and export that {@link preset} makes. */
export const ENTRY_HANDLER = 'index.handler';

interface RuntimeOfCode {
  readonly nodeVersion: string;
  readonly architecture: Architecture;
  /** Whether answers are sent as they are made. */
  readonly streams: boolean;
}

function preset({ nodeVersion, architecture, streams }: RuntimeOfCode): BundlePreset {
  return {
    entrySource: (request) =>
      streams
        ? // Its URL is no trigger that the core knows of.
          entrySource(
            { ...request, kinds: [...new Set([...request.kinds, 'http' as const])].sort() },
            { ...PARTS, adapter: 'lambda-stream' },
          )
        : entrySource(request, PARTS),
    options: {
      outfile: 'index.mjs',
      target: `node${nodeVersion}`,
      // The runtime brings both: https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included
      external: ['@aws-sdk/*', '@smithy/*'],
      nativePlatform: { os: 'linux', cpu: architecture.name === 'x86_64' ? 'x64' : architecture.name, libc: 'glibc' },
    },
  };
}

interface Staged {
  readonly location: FileAssetLocation;
  /** Path of the asset for tools that read templates. */
  readonly path: string;
}

/** Code of each stack by hash: functions with equal code share an asset. */
const STAGED = new WeakMap<Stack, Map<string, Staged>>();

/**
 * Code whose place in the asset bucket is known late: the first function that is resolved at synthesis bundles all functions of the
 * app in one pass. No construct and no Aspect is needed for it, as synthesizers take file assets until the template is written.
 */
export class LateCode extends Code {
  readonly isInline = false;
  private readonly prepared: PreparedCode | undefined;
  private readonly isBundled: boolean;
  private staged: Staged | undefined;

  constructor(
    private readonly scope: Construct,
    reference: CodeReference,
    runtime: RuntimeOfCode,
  ) {
    super();
    // `cdk deploy --exclusively OneStack` and `cdk destroy` need the code of some stacks or none; the CDK's own functions
    // leave it out by the same rule.
    this.prepared = Stack.of(scope).bundlingRequired ? reference.prepare(preset(runtime)) : undefined;
    this.isBundled = reference.spec.kind === 'entry';
  }

  bind(): CodeConfig {
    return {
      s3Location: {
        bucketName: Lazy.string({ produce: () => this.stage().location.bucketName }),
        objectKey: Lazy.string({ produce: () => this.stage().location.objectKey }),
      },
    };
  }

  /** What `sam local` and other tools find the code by. The CDK's command asks for it; templates of tests do not have it. */
  override bindToResource(resource: CfnResource, options: ResourceBindOptions = {}): void {
    if (!this.scope.node.tryGetContext(ASSET_RESOURCE_METADATA_ENABLED_CONTEXT)) return;
    resource.addMetadata(ASSET_RESOURCE_METADATA_PATH_KEY, Lazy.string({ produce: () => this.stage().path }));
    resource.addMetadata(ASSET_RESOURCE_METADATA_IS_BUNDLED_KEY, this.isBundled);
    resource.addMetadata(ASSET_RESOURCE_METADATA_PROPERTY_KEY, options.resourceProperty ?? 'Code');
  }

  private stage(): Staged {
    this.staged ??= this.prepared ? assetOf(this.scope, this.prepared.artifact()) : notBundled(this.scope.node.path);
    return this.staged;
  }
}

function assetOf(scope: Construct, artifact: CodeArtifact): Staged {
  const stack = Stack.of(scope);
  const known = STAGED.get(stack) ?? new Map<string, Staged>();
  STAGED.set(stack, known);
  let staged = known.get(artifact.hash);
  if (!staged) {
    const path = stageCode(stack, artifact);
    const location = addFileAsset(scope, {
      packaging: FileAssetPackaging.ZIP_DIRECTORY,
      sourceHash: artifact.hash,
      fileName: path,
      // Lambda copies the code when it is deployed, so that a staging bucket may forget it afterwards.
      deployTime: true,
      displayName: `${pathInStack(scope)} code`,
    });
    staged = { location, path };
    known.set(artifact.hash, staged);
  }
  return staged;
}

/** Some synthesizers take no assets; the function says so, and not the stack alone. */
function addFileAsset(scope: Construct, asset: FileAssetSource): FileAssetLocation {
  try {
    return Stack.of(scope).synthesizer.addFileAsset(asset);
  } catch (error) {
    throw invalid(
      'function',
      scope.node.path,
      `its stack takes no code: ${(error as Error).message}`,
      'give the stack a synthesizer that takes file assets, such as DefaultStackSynthesizer, CliCredentialsStackSynthesizer or LegacyStackSynthesizer',
    );
  }
}

/** For stacks that the CDK's command will not deploy. No such bucket can exist (it has upper case letters). */
function notBundled(path: string): Staged {
  const objectKey = `${createHash('sha256').update(path).digest('hex')}.zip`;
  return {
    location: {
      bucketName: 'NOT-BUNDLED',
      objectKey,
      httpUrl: `https://NOT-BUNDLED/${objectKey}`,
      s3ObjectUrl: `s3://NOT-BUNDLED/${objectKey}`,
    },
    path: objectKey,
  };
}
