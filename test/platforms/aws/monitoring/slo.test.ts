import type { Stack } from 'aws-cdk-lib';
import { expect, describe as group, test } from 'vitest';
import { Duration, describe, HttpApi, ServerlessFunction, Service } from '../../../../lib/index.js';
import { AwsAlarm } from '../../../../lib/platforms/aws/index.js';
import { evaluateSlo, synthesize } from '../../../../lib/testing/index.js';
import { allResourcesOf, entry, newStack, type Resource } from '../template.js';

/** Alarms of a stack by logical id, without the suffix that tells equal ids apart. */
function cloudWatch(stack: Stack): [string, Resource][] {
  const text = JSON.stringify((synthesize(stack) as any).Resources).replace(/(?<=")(\w+?)[0-9A-F]{8}(?=")/g, '$1');
  return Object.entries<Resource>(JSON.parse(text)).filter(([, { Type }]) => /Alarm$/.test(Type));
}
const slo = { availability: 99.9 };

test('one alert of a function, whole: a window each, and both', () => {
  const stack = newStack();
  const fn = new ServerlessFunction(stack, 'Hello', { entry, slo: { availability: 90, window: Duration.days(1) } });
  const all = Object.fromEntries(cloudWatch(stack).filter(([id]) => id.includes('Slo')));
  const window = (Period: number, Expression: string) => ({
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription: "Half of an alert of availability of 'shop/Hello', which its neighbour completes; tells nobody.",
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
      Threshold: 0.1,
      TreatMissingData: 'notBreaching',
      Metrics: [
        { Id: 'expr_1', Expression, ReturnData: true },
        { Id: 'bad', Expression: 'MAX([FILL(m1, 0), FILL(m2, 0)])', ReturnData: false },
        expect.objectContaining({ Id: 'm1', MetricStat: expect.objectContaining({ Period }) }),
        expect.objectContaining({ Id: 'm2', MetricStat: expect.objectContaining({ Period }) }),
        expect.objectContaining({ Id: 'total', MetricStat: expect.objectContaining({ Period }) }),
      ],
    },
  });
  expect(all.HelloSloavailability6hLong).toEqual(window(21_600, 'IF(bad >= 2, bad / total, 0)'));
  expect(all.HelloSloavailability6hShort).toEqual(window(1800, 'bad / total'));
  expect(all.HelloSloavailability6h).toEqual({
    Type: 'AWS::CloudWatch::CompositeAlarm',
    Properties: {
      AlarmDescription:
        'Error budget burns 1 times too fast over 6 hours and 30 minutes; 90 % do not fail over 1 day. Severity: page. ' +
        'Runbook: faasten/docs/alarms.md#slo-availability',
      AlarmRule: {
        'Fn::Join': [
          '',
          [
            '(ALARM("',
            { 'Fn::GetAtt': ['HelloSloavailability6hLong', 'Arn'] },
            '") AND ALARM("',
            { 'Fn::GetAtt': ['HelloSloavailability6hShort', 'Arn'] },
            '"))',
          ],
        ],
      },
    },
  });
  expect(AwsAlarm.ofSlo(fn, 'availability').map(({ node }) => node.path)).toContain('shop/Hello/Slo/availability/6h/Resource');
});

/** Namespace, name, dimensions and statistic of what the alerts of an objective count. */
function countedBy(stack: Stack, part: string): string[] {
  const [, alarm] = cloudWatch(stack).find(([id]) => id.includes(part) && id.endsWith('Short'))!;
  return (alarm.Properties.Metrics as any[]).flatMap(({ MetricStat }) => {
    if (!MetricStat) return [];
    const { Namespace, MetricName, Dimensions } = MetricStat.Metric;
    return [`${Namespace} ${MetricName} ${Dimensions.map(({ Name }: any) => Name).join()} ${MetricStat.Stat}`];
  });
}

test('services count reports, APIs what the gateway answers, and latency counts what is slower', () => {
  const stack = newStack();
  const both = { availability: 99.9, latency: { percentile: 95, threshold: Duration.millis(300) } };
  const service = new Service(stack, 'Shop', { slo: both });
  const fn = new ServerlessFunction(service, 'F', { entry, slo: both });
  new HttpApi(service, 'Api', { routes: { 'GET /': fn }, slo: both });
  expect(countedBy(stack, 'ShopMonitoringSloavailability')).toEqual([
    'faasten errors service Sum',
    'faasten invocations service Sum',
  ]);
  expect(countedBy(stack, 'ShopMonitoringSlolatency')).toEqual([
    'faasten durationMs kind,service TC(300:)',
    'faasten durationMs kind,service SampleCount',
  ]);
  expect(countedBy(stack, 'ShopApiSloavailability')).toEqual(['AWS/ApiGateway 5xx ApiId Sum', 'AWS/ApiGateway Count ApiId Sum']);
  expect(countedBy(stack, 'ShopApiSlolatency')).toEqual([
    'AWS/ApiGateway Latency ApiId TC(300:)',
    'AWS/ApiGateway Latency ApiId SampleCount',
  ]);
  expect(countedBy(stack, 'ShopFSlolatency')).toEqual([
    'AWS/Lambda Duration FunctionName TC(300:)',
    'AWS/Lambda Duration FunctionName SampleCount',
  ]);
  // The service needs the number of invocations, which AWS has of each function only.
  expect(allResourcesOf(stack).ShopF!.Properties.Environment.Variables).toMatchObject({
    FAASTEN_METRICS: 'emf:invocations,errors,coldStarts,memoryUsedMiB',
    FAASTEN_SERVICE: 'shop/Shop',
  });
});

/** A minute of traffic: what Lambda counts, and what the function reports; undefined where nothing happened. */
interface Minute {
  readonly invocations: number;
  readonly crashed: number;
  readonly failed: number;
}

/**
 * What the alarms of a template do over a series, by their expressions, periods and thresholds alone: JavaScript reads the expressions
 * as CloudWatch does, as its operators are the same, and the functions are what CloudWatch's documentation says of them.
 */
class CloudWatch {
  private readonly alarms: ReadonlyMap<string, Resource['Properties']>;

  constructor(
    resources: readonly (readonly [string, Resource])[],
    private readonly minutes: readonly (Minute | undefined)[],
  ) {
    this.alarms = new Map(resources.map(([id, { Properties }]) => [id, Properties]));
  }

  /** Minutes, counted from 1, at whose end an alarm is on. */
  on(id: string): number[] {
    return this.minutes.flatMap((_, index) => (this.isOn(id, index + 1) ? [index + 1] : []));
  }

  private isOn(id: string, now: number): boolean {
    const { AlarmRule, Metrics, Threshold } = this.alarms.get(id)!;
    if (AlarmRule) {
      const halves = AlarmRule['Fn::Join'][1]
        .filter((part: any) => typeof part === 'object')
        .map((part: any) => part['Fn::GetAtt'][0]);
      expect(AlarmRule['Fn::Join'][1].filter((part: any) => typeof part === 'string').join('')).toBe('(ALARM("") AND ALARM(""))');
      return halves.every((half: string) => this.isOn(half, now));
    }
    const value = this.valueOf(Metrics, Metrics.find(({ ReturnData }: any) => ReturnData).Id, now);
    return value !== undefined && value > Threshold;
  }

  private valueOf(metrics: any[], id: string, now: number): number | undefined {
    const { Expression, MetricStat } = metrics.find(({ Id }) => Id === id);
    if (MetricStat) return this.sum(MetricStat.Metric, MetricStat.Period, now);
    const names = metrics.map(({ Id }) => Id).filter((name) => name !== id && new RegExp(`\\b${name}\\b`).test(Expression));
    const values = names.map((name) => this.valueOf(metrics, name, now));
    // Without a value of one there is none of the whole, unless it is filled.
    if (!/FILL/.test(Expression) && values.includes(undefined)) return undefined;
    const functions = {
      IF: (condition: boolean, yes: number, no: number) => (condition ? yes : no),
      FILL: (value: number | undefined, otherwise: number) => value ?? otherwise,
      MAX: (all: number[]) => Math.max(...all),
    };
    const parameters = [...Object.keys(functions), ...names];
    return new Function(...parameters, `return ${Expression}`)(...Object.values(functions), ...values);
  }

  private sum({ Namespace, MetricName }: any, period: number, now: number): number | undefined {
    const window = this.minutes.slice(Math.max(0, now - period / 60), now).filter((each) => each !== undefined);
    if (window.length === 0) return undefined;
    const of: Record<string, (minute: Minute) => number> = {
      'AWS/Lambda Invocations': ({ invocations }) => invocations,
      'AWS/Lambda Errors': ({ crashed }) => crashed,
      'faasten errors': ({ failed }) => failed,
    };
    return window.reduce((all, minute) => all + of[`${Namespace} ${MetricName}`]!(minute), 0);
  }
}

group('the alerts of a function fire when those of the evaluator do', () => {
  const stack = newStack();
  new ServerlessFunction(stack, 'Hello', { entry, slo });
  const [objective] = describe(stack).slos;
  const resources = cloudWatch(stack).filter(([id]) => id.includes('Slo'));
  const minutes = (count: number, at: (minute: number) => Minute | undefined) =>
    Array.from({ length: count }, (_, index) => at(index));
  const HOURS = 60;
  const well = { invocations: 100, crashed: 0, failed: 0 };

  const cases: Record<string, readonly (Minute | undefined)[]> = {
    'a bad deployment: a tenth fails for 20 minutes': minutes(4 * HOURS, (at) =>
      at >= 90 && at < 110 ? { ...well, failed: 10 } : well,
    ),
    'crashes, which nobody reports': minutes(4 * HOURS, (at) => (at >= 90 && at < 130 ? { ...well, crashed: 30 } : well)),
    'a slow burn of 0.8 % for 4 hours': minutes(9 * HOURS, (at) =>
      at >= 60 && at < 300 ? { ...well, invocations: 1000, failed: 8 } : { ...well, invocations: 1000 },
    ),
    'one failure at night': minutes(3 * HOURS, (at) => (at === 70 ? { invocations: 1, crashed: 1, failed: 0 } : undefined)),
    'two failures at night': minutes(3 * HOURS, (at) =>
      at === 70 || at === 80 ? { invocations: 1, crashed: 0, failed: 1 } : undefined,
    ),
    gaps: minutes(5 * HOURS, (at) =>
      at % 7 === 0 ? { invocations: 3, crashed: at > 100 && at < 160 ? 1 : 0, failed: 0 } : undefined,
    ),
    'nothing at all': minutes(2 * HOURS, () => undefined),
  };

  test.each(Object.entries(cases))('%s', (name, series) => {
    const samples = series.flatMap((minute, index) => {
      if (!minute) return [];
      // One of both is nought in each case.
      const bad = Math.max(minute.crashed, minute.failed);
      return [{ atSeconds: (index + 1) * 60, total: minute.invocations, good: minute.invocations - bad }];
    });
    const evaluated = evaluateSlo(objective!, samples, { untilSeconds: series.length * 60 });
    const cloud = new CloudWatch(resources, series);
    for (const alert of objective!.alerts) {
      const firings = evaluated.firings.filter((firing) => firing.alert === alert);
      const expected = series.flatMap((_, index) => {
        const at = (index + 1) * 60;
        return firings.some(({ fromSeconds, toSeconds = Infinity }) => at >= fromSeconds && at < toSeconds) ? [index + 1] : [];
      });
      expect(cloud.on(`HelloSloavailability${alert.longWindowSeconds / 3600}h`)).toEqual(expected);
    }
    // The cases are worth something: those that should alert do.
    if (!/nothing|one failure/.test(name)) expect(evaluated.firings).not.toEqual([]);
    else expect(evaluated.firings).toEqual([]);
  });
});
