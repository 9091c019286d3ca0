import type { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import type { BackendLink } from '../../core/platform.js';
import type { S3Backend } from './bucket.js';
import type { EventBusResources } from './event-bus.js';
import { allow, allowKey } from './permissions.js';
import type { SqsBackend } from './queue.js';
import type { SnsBackend } from './topic.js';
import type { WebSocketApiResources } from './websocket.js';

/** Writing through a service that encrypts for the caller takes both. */
const SEND_WITH_KEY = ['kms:GenerateDataKey', 'kms:Decrypt'];

/**
 * Least privilege for one link, and the address by which the running function finds it. Functions are not here: they may link to
 * each other, which takes more.
 */
export function allowLink(policy: PolicyDocument, link: Exclude<BackendLink, { kind: 'function' }>): string {
  switch (link.kind) {
    case 'queue': {
      const queue = (link.target as SqsBackend).resource;
      allow(policy, ['sqs:SendMessage'], queue.queueArn);
      allowKey(policy, queue.encryptionMasterKey, SEND_WITH_KEY);
      return `sqs:${queue.queueUrl}${deduplicationOf(link.target as SqsBackend)}`;
    }
    case 'topic': {
      const topic = (link.target as SnsBackend).resource;
      allow(policy, ['sns:Publish'], topic.topicArn);
      allowKey(policy, topic.masterKey, SEND_WITH_KEY);
      return `sns:${topic.topicArn}${deduplicationOf(link.target as SnsBackend)}`;
    }
    case 'bus': {
      const bus = (link.target as EventBusResources).resource;
      allow(policy, ['events:PutEvents'], bus.eventBusArn);
      return `eventbridge:${bus.eventBusArn}`;
    }
    case 'websocket': {
      const sockets = link.target as WebSocketApiResources;
      allow(policy, ['execute-api:ManageConnections'], sockets.connectionsArn);
      return `websocket:${sockets.connectionsUrl}`;
    }
    case 'bucket': {
      const bucket = (link.target as S3Backend).resource;
      const objects = bucket.arnForObjects('*');
      const reads = link.access !== 'write';
      const writes = link.access !== 'read';
      // Without ListBucket, S3 answers 403 for an object that is not there, as for one that may not be read.
      if (reads) allow(policy, ['s3:ListBucket'], bucket.bucketArn);
      allow(policy, [...(reads ? ['s3:GetObject'] : []), ...(writes ? ['s3:PutObject', 's3:DeleteObject'] : [])], objects);
      allowKey(policy, bucket.encryptionKey, [...(reads ? ['kms:Decrypt'] : []), ...(writes ? ['kms:GenerateDataKey'] : [])]);
      return `s3:${bucket.bucketName}`;
    }
  }
}

/** Tells the driver to send no id of its own. */
function deduplicationOf({ fifo }: SqsBackend | SnsBackend): string {
  return fifo?.contentBasedDeduplication ? '#content' : '';
}
