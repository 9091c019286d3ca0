/**
 * The part of the AWS SDK that drivers use. The SDK itself comes with Lambda's Node.js runtime, and is neither a dependency nor in
 * bundles: https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included
 *
 * A declaration file is not compiled, so nothing of this reaches the published types.
 */

type AwsSettings = import('./aws.js').AwsSettings;
type AwsAttribute = import('./aws.js').AwsAttribute;
type FifoParameters = ReturnType<typeof import('./aws.js').fifoParameters>;

declare module '@aws-sdk/client-sqs' {
  export class SQSClient {
    constructor(settings: AwsSettings);
    send(command: SendMessageCommand): Promise<unknown>;
  }
  export class SendMessageCommand {
    constructor(
      input: {
        QueueUrl: string;
        MessageBody: string;
        MessageAttributes: Record<string, AwsAttribute>;
        DelaySeconds: number | undefined;
      } & FifoParameters,
    );
  }
}

declare module '@aws-sdk/client-sns' {
  export class SNSClient {
    constructor(settings: AwsSettings);
    send(command: PublishCommand): Promise<unknown>;
  }
  export class PublishCommand {
    constructor(input: { TopicArn: string; Message: string; MessageAttributes: Record<string, AwsAttribute> } & FifoParameters);
  }
}

declare module '@aws-sdk/client-eventbridge' {
  interface PutEventsOutput {
    readonly FailedEntryCount?: number;
    readonly Entries?: { readonly ErrorCode?: string; readonly ErrorMessage?: string }[];
  }
  export class EventBridgeClient {
    constructor(settings: AwsSettings);
    send(command: PutEventsCommand): Promise<PutEventsOutput>;
  }
  export class PutEventsCommand {
    constructor(input: { Entries: { EventBusName: string; DetailType: string; Source: string; Detail: string }[] });
  }
}

declare module '@aws-sdk/client-s3' {
  interface ObjectOutput {
    readonly Body?: { transformToWebStream(): ReadableStream<Uint8Array> };
    readonly ContentType?: string;
    readonly ContentLength?: number;
    readonly ETag?: string;
  }
  interface ListOutput {
    readonly Contents?: { readonly Key?: string; readonly Size?: number; readonly LastModified?: Date; readonly ETag?: string }[];
    readonly EncodingType?: string;
    readonly IsTruncated?: boolean;
    readonly NextContinuationToken?: string;
  }
  export class S3Client {
    constructor(settings: AwsSettings);
    send(command: GetObjectCommand): Promise<ObjectOutput>;
    send(command: ListObjectsV2Command): Promise<ListOutput>;
    send(command: PutObjectCommand | DeleteObjectCommand): Promise<unknown>;
  }
  // The private fields keep the classes apart: by their constructors alone, all would be one type.
  export class GetObjectCommand {
    private readonly get: true;
    constructor(input: { Bucket: string; Key: string });
  }
  export class PutObjectCommand {
    private readonly put: true;
    constructor(input: { Bucket: string; Key: string; Body?: Uint8Array; ContentType?: string });
  }
  export class DeleteObjectCommand {
    private readonly delete: true;
    constructor(input: { Bucket: string; Key: string });
  }
  export class ListObjectsV2Command {
    private readonly list: true;
    constructor(input: { Bucket: string; Prefix?: string; ContinuationToken?: string; EncodingType: 'url' });
  }
}

declare module '@aws-sdk/s3-request-presigner' {
  import type { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
  export function getSignedUrl(
    client: S3Client,
    command: GetObjectCommand | PutObjectCommand,
    options: { expiresIn: number },
  ): Promise<string>;
}

declare module '@aws-sdk/client-lambda' {
  interface InvokeOutput {
    readonly FunctionError?: string;
    readonly Payload?: Uint8Array;
  }
  export class LambdaClient {
    constructor(settings: AwsSettings);
    send(command: InvokeCommand): Promise<InvokeOutput>;
  }
  export class InvokeCommand {
    constructor(input: {
      FunctionName: string;
      InvocationType: 'RequestResponse' | 'Event';
      Payload: string;
      ClientContext?: string;
    });
  }
}

declare module '@aws-sdk/client-secrets-manager' {
  export class SecretsManagerClient {
    constructor(settings: AwsSettings);
    send(command: GetSecretValueCommand): Promise<{ readonly SecretString?: string }>;
  }
  export class GetSecretValueCommand {
    constructor(input: { SecretId: string; VersionId?: string; VersionStage?: string });
  }
}

declare module '@aws-sdk/client-ssm' {
  export class SSMClient {
    constructor(settings: AwsSettings);
    send(command: GetParameterCommand): Promise<{ readonly Parameter?: { readonly Value?: string } }>;
  }
  export class GetParameterCommand {
    constructor(input: { Name: string; WithDecryption: boolean });
  }
}

declare module '@aws-sdk/client-apigatewaymanagementapi' {
  export class ApiGatewayManagementApiClient {
    constructor(settings: AwsSettings & { readonly endpoint: string });
    send(command: PostToConnectionCommand | DeleteConnectionCommand): Promise<unknown>;
  }
  export class PostToConnectionCommand {
    constructor(input: { ConnectionId: string; Data: Uint8Array });
  }
  export class DeleteConnectionCommand {
    constructor(input: { ConnectionId: string });
  }
}
