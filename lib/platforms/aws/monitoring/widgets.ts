import { GraphWidget, type IMetric, MathExpression, type Metric, SingleValueWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { SignalUnit, SloSpec } from '../../../core/model.js';
import { objectiveOf } from '../../../core/monitoring/words.js';
import type { Measured } from './slo.js';

/** Columns of a dashboard. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export const WIDTH = 24;
export const HEIGHT = 6;

export interface Widget {
  readonly type: string;
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
  readonly properties: unknown;
}

const LABELS: Record<SignalUnit, string> = { count: '', milliseconds: 'ms', seconds: 's', MiB: 'MiB', percent: '%' };

export function textWidget(markdown: string, width: number, height: number): Widget {
  return { type: 'text', width, height, x: 0, y: 0, properties: { markdown } };
}

export function alarmWidget(title: string, alarms: readonly string[]): Widget {
  return { type: 'alarm', width: WIDTH / 2, height: HEIGHT, x: 0, y: 0, properties: { title, alarms } };
}

/** Lines over time, each with a label. */
export function graphWidget(
  title: string,
  width: number,
  region: string,
  lines: readonly (readonly [string, IMetric])[],
  unit: SignalUnit,
): Widget {
  const left = lines.map(([label, metric]) => labelled(metric, label));
  return rendered(
    new GraphWidget({ title, width, height: HEIGHT, region, left, leftYAxis: { min: 0, label: LABELS[unit], showUnits: false } }),
  );
}

/** What is left of the error budget of an objective's window, in percent: below 0 the objective is missed. */
export function budgetWidget(slo: SloSpec, { bad, total }: Measured, region: string): Widget {
  const days = slo.windowSeconds / 86_400;
  const allowed = Number((1 - slo.objective).toPrecision(12));
  const left = new MathExpression({
    expression: `100 * (1 - bad / total / ${allowed})`,
    usingMetrics: { bad, total },
    label: '% of the error budget left',
    period: Duration.days(1),
  });
  return rendered(
    new SingleValueWidget({
      title: `${slo.name} of ${slo.subject.path.split('/').at(-1)}: ${objectiveOf(slo)}`,
      width: WIDTH / 4,
      height: HEIGHT,
      region,
      metrics: [left],
      start: `-P${days}D`,
      end: 'P0D',
      setPeriodToTimeRange: true,
    }),
  );
}

function labelled(metric: IMetric, label: string): IMetric {
  return metric instanceof MathExpression ? metric.with({ label }) : (metric as Metric).with({ label });
}

function rendered(widget: GraphWidget | SingleValueWidget): Widget {
  return widget.toJson()[0] as Widget;
}
