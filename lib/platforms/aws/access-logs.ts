import { type ILogGroup, LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { DEFAULT_LOG_RETENTION_DAYS } from './limits.js';

/** What API Gateway asks of every format of a REST API. */
const REQUEST_ID = '$context.requestId';

/** One line for each request to an API. */
export interface AwsAccessLogs {
  /**
   * A log group that exists.
   * @default - one is made
   */
  readonly logGroup?: ILogGroup;
  /** Of the log group that is made. @default RetentionDays.ONE_MONTH */
  readonly retention?: RetentionDays;
  /**
   * Fields by their names, as in `{ ip: '$context.identity.sourceIp' }`: each line is JSON of them and of `requestId`.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
   * @default - request id, time, client, route, status, sizes and times
   */
  readonly fields?: Readonly<Record<string, string>>;
}

/** Where an API writes its lines, and in which form; undefined where it writes none. */
export function accessLogs(
  scope: Construct,
  setting: boolean | AwsAccessLogs | undefined,
  fields: Readonly<Record<string, string>>,
): { readonly logGroup: ILogGroup; readonly format: string } | undefined {
  if (setting === false) return undefined;
  const { logGroup, retention = DEFAULT_LOG_RETENTION_DAYS, fields: own = fields } = setting === true ? {} : (setting ?? {});
  return {
    logGroup: logGroup ?? new LogGroup(scope, 'AccessLogs', { retention }),
    format: JSON.stringify({ requestId: REQUEST_ID, ...own }),
  };
}
