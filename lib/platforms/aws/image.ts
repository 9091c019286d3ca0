import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { Architecture, Code, type CodeConfig } from 'aws-cdk-lib/aws-lambda';
import { Annotations, Lazy, Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { CodeReference } from '../../core/code.js';
import { FaastenError, invalid, shown } from '../../core/errors.js';
import type { BuildCodeSpec, FunctionSpec, ImageCodeSpec } from '../../core/model.js';
import { isLate } from '../../core/tokens.js';
import type { AwsWebAdapterTuning } from './tuning.js';

/** https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#images-reqs */
const REQUIREMENTS = 'https://docs.aws.amazon.com/lambda/latest/dg/images-create.html';

/** `<account>.dkr.ecr.<region>.amazonaws.com/<repository>`, then a tag or a digest. */
const ECR_IMAGE =
  /^\d{12}\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.(?:com|com\.cn|eu)\/[^:@]+(?::[^:@]+|@sha256:[0-9a-f]{64})$/;

/** https://github.com/awslabs/aws-lambda-web-adapter */
const ADAPTER = 'AWS Lambda Web Adapter';
const ADAPTER_LINE = 'COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter /opt/extensions/lambda-adapter';

/** Where the server in the image listens: what its contract calls `$PORT`. */
const PORT = '8080';

/** Answers by which the server says that an event failed, which Lambda tries again then. */
const FAILURES = '500-599';

const PLACEHOLDER = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/placeholder:latest';

/** An image, as code of a `lambda.Function`. */
export class ImageCode extends Code {
  readonly isInline = false;

  private constructor(private readonly imageUri: string) {
    super();
  }

  /** An image in a registry. @throws where Lambda cannot pull it */
  static referTo(scope: Construct, path: string, { image }: ImageCodeSpec): ImageCode {
    if (!isLate(image)) checkReference(path, image, Stack.of(scope).region);
    return new ImageCode(image);
  }

  /** An image that `cdk deploy` builds and pushes. */
  static build(
    scope: Construct,
    path: string,
    spec: BuildCodeSpec,
    code: CodeReference,
    architecture: Architecture,
    webAdapter: AwsWebAdapterTuning | false | undefined,
  ): ImageCode {
    const directory = code.context();
    const dockerfile = join(directory, spec.dockerfile);
    if (!existsSync(dockerfile))
      throw new FaastenError('code-missing', `cannot build the image of '${path}': there is no file '${dockerfile}'`, path);
    if (webAdapter !== false && !readFileSync(dockerfile, 'utf8').includes('/opt/extensions')) {
      Annotations.of(scope).addWarningV2(
        'faasten:webAdapter',
        `function '${path}': its Dockerfile puts nothing into /opt/extensions, where Lambda needs the ${ADAPTER} to reach an HTTP server; ` +
          `add: ${ADAPTER_LINE} (other targets ignore it), or acknowledge this where the base image has it`,
      );
    }
    const asset = new DockerImageAsset(scope, 'Image', {
      directory,
      file: spec.dockerfile,
      platform: architecture === Architecture.X86_64 ? Platform.LINUX_AMD64 : Platform.LINUX_ARM64,
    });
    return new ImageCode(Lazy.string({ produce: () => (code.isPlaceholder() ? PLACEHOLDER : asset.imageUri) }));
  }

  bind(): CodeConfig {
    return { image: { imageUri: this.imageUri } };
  }
}

export function isImage({ code }: FunctionSpec): boolean {
  return code.kind === 'image' || code.kind === 'build';
}

/** What the server and the adapter beside it read. */
export function imageEnvironment(
  webAdapter: AwsWebAdapterTuning | false | undefined,
  streams: boolean,
): Readonly<Record<string, string>> {
  if (webAdapter === false) return {};
  const { eventsPath, readinessPath } = webAdapter ?? {};
  return {
    PORT,
    ...(readinessPath === undefined ? {} : { AWS_LWA_READINESS_CHECK_PATH: readinessPath }),
    ...(eventsPath === undefined ? {} : { AWS_LWA_PASS_THROUGH_PATH: eventsPath, AWS_LWA_ERROR_STATUS_CODES: FAILURES }),
    ...(streams ? { AWS_LWA_INVOKE_MODE: 'response_stream' } : {}),
  };
}

/** Whether an image takes what is no request: events and calls reach it as Lambda has them, and not as CloudEvents. */
export function checkImageTakesEvents(spec: FunctionSpec, webAdapter: AwsWebAdapterTuning | false | undefined): void {
  if (!isImage(spec) || webAdapter === false || webAdapter?.eventsPath !== undefined) return;
  throw invalid(
    'function',
    spec.path,
    `its image answers requests; events and calls reach it in Lambda's own JSON and not as CloudEvents, as the ${ADAPTER} passes them on`,
    "say where it takes them with AwsFunction.tune({ webAdapter: { eventsPath: '/events' } }), or with webAdapter: false that it speaks Lambda's runtime interface",
  );
}

function checkReference(path: string, image: string, region: string): void {
  const match = ECR_IMAGE.exec(image);
  if (!match) {
    throw invalid(
      'function',
      path,
      `image is ${shown(image)}, and Lambda pulls images from Amazon ECR only, by tag or digest (${REQUIREMENTS})`,
      'push it to a repository of ECR, or let cdk deploy do that with build: { context }',
    );
  }
  if (!Token.isUnresolved(region) && match[1] !== region) {
    throw invalid(
      'function',
      path,
      `image is in ${match[1]}, and Lambda pulls images from its own region, ${region}, only (${REQUIREMENTS})`,
      'push it to a repository there',
    );
  }
}
