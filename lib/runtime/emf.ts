import type { Format } from './report.js';
import { METRICS_NAMESPACE } from './wire.js';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
const UNITS = {
  invocations: 'Count',
  errors: 'Count',
  timeouts: 'Count',
  coldStarts: 'Count',
  durationMs: 'Milliseconds',
  initMs: 'Milliseconds',
  memoryUsedMiB: 'Megabytes',
} as const;

/**
 * CloudWatch's embedded metric format: the report itself, and which of its fields are metrics. Each by function and by service (by
 * service alone, where `service` is among the fields), the duration of requests by service and kind, and runs by schedule.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const emf: Format = (argument) => {
  const wanted = argument ? argument.split(',') : Object.keys(UNITS);
  return (report) => {
    const directive = (Dimensions: string[][], names: readonly string[]) => ({
      Namespace: METRICS_NAMESPACE,
      Dimensions,
      Metrics: names
        .filter((name) => report[name as 'durationMs'] !== undefined && name in UNITS)
        .map((Name) => ({ Name, Unit: UNITS[Name as 'durationMs'] })),
    });
    const { service, kind, trigger } = report;
    const directives = [
      directive([...(wanted.includes('service') ? [] : [['function']]), ...(service ? [['service']] : [])], wanted),
      ...(service && kind === 'http' ? [directive([['service', 'kind']], ['durationMs'])] : []),
      ...(kind === 'schedule' && trigger ? [directive([['function', 'trigger']], ['invocations'])] : []),
    ];
    return {
      ...report,
      _aws: {
        Timestamp: Date.parse(report.timestamp),
        CloudWatchMetrics: directives.filter(({ Dimensions, Metrics }) => Dimensions[0] && Metrics[0]),
      },
    };
  };
};
