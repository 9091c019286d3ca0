import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IResource } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { attachExisting } from '../../core/attachment.js';
import { Checks, frozen } from '../../core/checks.js';
import { invalid } from '../../core/errors.js';
import type { TuningEntry } from '../../core/platform.js';
import { platformOf } from '../../core/scope.js';
import { Trigger } from '../../core/trigger.js';
import { type AwsReadingOptions, readingSpec } from './reading.js';
import type { StreamSource } from './stream.js';
import type { AwsRecordsTuning } from './tuning-events.js';

/** https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html */
const READ_TABLE = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'];

/** https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html */
const READ_STREAM = [
  'kinesis:DescribeStream',
  'kinesis:DescribeStreamSummary',
  'kinesis:GetRecords',
  'kinesis:GetShardIterator',
  'kinesis:ListShards',
];

/** A DynamoDB table of the larger stack, whose changes run functions. What else a function may do with it: `table.grant…()`. */
export class AwsTable extends Construct {
  /** @throws when the table has no stream */
  static from(scope: Construct, id: string, table: ITable): AwsTable {
    return new AwsTable(scope, id, table);
  }
  /** Settings of the event source mapping, for `tuning` of `table.changes()`. */
  static tuneChanges(settings: AwsRecordsTuning): TuningEntry {
    return { platform: 'aws', construct: 'stream', settings };
  }

  private constructor(
    scope: Construct,
    id: string,
    readonly table: ITable,
  ) {
    super(scope, id);
    const streamArn = table.tableStreamArn;
    if (streamArn === undefined) {
      throw invalid(
        'table',
        this.node.path,
        `'${table.node.path}' has no stream`,
        'turn it on where the table is declared, as in dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES',
      );
    }
    // Lists are of a table; the rest is of one stream of it.
    const rights = [
      { actions: READ_TABLE, on: streamArn },
      { actions: ['dynamodb:ListStreams'], on: `${table.tableArn}/stream/*` },
    ];
    attach(this, 'table', { what: 'DynamoDB table', resource: table, streamArn, key: table.encryptionKey, rights });
  }

  /** A trigger that runs a function, with a `changes()` handler, for the changes of this table. */
  changes(options: AwsReadingOptions = {}): Trigger<'changes'> {
    const checks = new Checks('trigger of table', this.node.path, platformOf(this));
    return new Trigger(frozen({ kind: 'changes', ...readingSpec(checks, options) }), this, options.tuning);
  }
}

export interface AwsStreamReadingOptions extends Omit<AwsReadingOptions, 'from'> {
  /**
   * Where the trigger begins when it is made: with what comes, with the oldest record that is kept, or at a time.
   * @default 'latest'
   */
  readonly from?: 'latest' | 'oldest' | Date;
}

/** A Kinesis data stream of the larger stack, whose records run functions. */
export class AwsStream extends Construct {
  static from(scope: Construct, id: string, stream: IStream): AwsStream {
    return new AwsStream(scope, id, stream);
  }
  /** Settings of the event source mapping, for `tuning` of `stream.records()`. */
  static tuneRecords(settings: AwsRecordsTuning): TuningEntry {
    return { platform: 'aws', construct: 'stream', settings };
  }

  private constructor(
    scope: Construct,
    id: string,
    readonly stream: IStream,
  ) {
    super(scope, id);
    const { streamArn, encryptionKey: key } = stream;
    const rights = [{ actions: READ_STREAM, on: streamArn }];
    attach(this, 'stream', { what: 'Kinesis stream', resource: stream, streamArn, key, rights });
  }

  /** A trigger that runs a function, with a `stream()` handler, for the records of this stream. */
  records(options: AwsStreamReadingOptions = {}): Trigger<'stream'> {
    const checks = new Checks('trigger of stream', this.node.path, platformOf(this));
    return new Trigger(frozen({ kind: 'stream', ...readingSpec(checks, options) }), this, options.tuning);
  }
}

function attach(construct: Construct, type: 'table' | 'stream', backend: StreamSource & { readonly resource: IResource }): void {
  attachExisting(construct, type, platformOf(construct), { platform: 'aws', backend });
}
