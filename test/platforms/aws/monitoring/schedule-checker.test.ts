import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { Cron } from 'croner';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { parseCron } from '../../../../lib/core/cron.js';
import { Duration, Schedule, ServerlessFunction, Service } from '../../../../lib/index.js';
import { AwsService } from '../../../../lib/platforms/aws/index.js';
import { SCHEDULE_CHECKER_SOURCE } from '../../../../lib/platforms/aws/monitoring/schedule-checker-source.js';
import { alarmTable } from '../../../../lib/testing/index.js';
import {
  awsSdkAvailable,
  type CloudServer,
  MINISTACK_KEYS,
  ministackAvailable,
  startMinistack,
} from '../../../engines/cloud-servers.js';
import { enginesDirectory, missing } from '../../../engines/engine.js';
import { type LambdaFunction, available as lambdaAvailable, startFunction } from '../../../engines/lambda.js';
import { allResourcesOf, entry, newStack } from '../template.js';

function rareStack() {
  const stack = newStack();
  const service = new Service(stack, 'Shop');
  const triggers = {
    Daily: Schedule.cron('0 3 * * *'),
    Workdays: Schedule.cron('30 8 * * 1-5', { timeZone: 'Europe/Berlin' }),
    Monthly: Schedule.rate(Duration.days(30)),
  };
  const fn = new ServerlessFunction(service, 'Bill', { entry, triggers });
  return { stack, service, fn };
}

/** Where ids and ARNs are known, what the checker of a stack is called with. */
function inputOf(stack: ReturnType<typeof newStack>): { schedules: Record<string, any>[] } {
  const { Target } = allResourcesOf(stack).FaastenScheduleCheckerSchedule!.Properties;
  const [, parts] = Target.Input['Fn::Join'];
  const text = parts.map((part: any) => (typeof part === 'string' ? part : `arn:${part['Fn::GetAtt'][0]}`)).join('');
  return JSON.parse(text);
}

describe('a schedule that runs rarely', () => {
  test('is looked at each hour by a function of the stack, whole', () => {
    const { stack } = rareStack();
    const all = allResourcesOf(stack);
    const own = Object.fromEntries(Object.entries(all).filter(([id]) => id.startsWith('FaastenScheduleChecker')));
    const { FaastenScheduleChecker: fn, ...rest } = own;
    expect(fn!.Properties).toMatchObject({ Handler: 'index.handler', MemorySize: 256, Timeout: 60, Architectures: ['arm64'] });
    const assumedBy = (Service: string, Condition?: object) => ({
      Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service }, ...(Condition && { Condition }) }],
      Version: '2012-10-17',
    });
    const group = ['arn:', { Ref: 'AWS::Partition' }, ':scheduler:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }];
    const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
    expect(rest).toEqual({
      FaastenScheduleCheckerLogs: {
        Type: 'AWS::Logs::LogGroup',
        Properties: { RetentionInDays: 30 },
        UpdateReplacePolicy: 'Retain',
        DeletionPolicy: 'Retain',
      },
      FaastenScheduleCheckerRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: assumedBy('lambda.amazonaws.com'),
          Policies: [
            {
              PolicyName: 'Check',
              PolicyDocument: {
                Statement: [
                  {
                    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
                    Effect: 'Allow',
                    Resource: arnOf('FaastenScheduleCheckerLogs'),
                  },
                  {
                    Action: 'scheduler:GetSchedule',
                    Effect: 'Allow',
                    Resource: [arnOf('ShopBillTriggersWorkdays'), arnOf('ShopBillTriggersMonthly')],
                  },
                  { Action: 'cloudwatch:GetMetricData', Effect: 'Allow', Resource: '*' },
                ],
                Version: '2012-10-17',
              },
            },
          ],
        },
      },
      FaastenScheduleCheckerSchedulerRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: assumedBy('scheduler.amazonaws.com', {
            StringEquals: {
              'aws:SourceAccount': { Ref: 'AWS::AccountId' },
              'aws:SourceArn': { 'Fn::Join': ['', [...group, ':schedule-group/default']] },
            },
          }),
          Policies: [
            {
              PolicyName: 'Invoke',
              PolicyDocument: {
                Statement: [{ Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: arnOf('FaastenScheduleChecker') }],
                Version: '2012-10-17',
              },
            },
          ],
        },
      },
      FaastenScheduleCheckerSchedule: {
        Type: 'AWS::Scheduler::Schedule',
        Properties: {
          Description: 'Checks rare schedules',
          FlexibleTimeWindow: { Mode: 'OFF' },
          ScheduleExpression: 'rate(1 hour)',
          Target: {
            Arn: arnOf('FaastenScheduleChecker'),
            RoleArn: arnOf('FaastenScheduleCheckerSchedulerRole'),
            Input: expect.any(Object),
            RetryPolicy: { MaximumEventAgeInSeconds: 1800 },
          },
        },
      },
    });
    expect(inputOf(stack)).toEqual({
      schedules: [
        {
          arn: 'arn:ShopBillTriggersWorkdays',
          function: 'shop/Shop/Bill',
          trigger: 'Workdays',
          cron: { minute: [30], hour: [8], dayOfMonth: '*', month: '*', dayOfWeek: [1, 2, 3, 4, 5] },
          timeZone: 'Europe/Berlin',
          least: 1,
          lateSeconds: 7 * 3600,
        },
        {
          arn: 'arn:ShopBillTriggersMonthly',
          function: 'shop/Shop/Bill',
          trigger: 'Monthly',
          everySeconds: 30 * 86_400,
          least: 1,
          lateSeconds: 6 * 3600,
        },
      ],
    });
  });

  test('has an alarm on what was found, and on not being looked at', () => {
    const { stack, service } = rareStack();
    expect(allResourcesOf(stack).ShopBillAlarmsmissedRunMonthly!.Properties).toEqual({
      AlarmDescription:
        'Runs < 1 within 6 hours after one was due, or nothing is known. The schedule did not run when it should have, and nothing ' +
        'else would say so. Severity: ticket. Runbook: faasten/docs/alarms.md#schedule-missed-run',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Dimensions: [
        { Name: 'function', Value: 'shop/Shop/Bill' },
        { Name: 'trigger', Value: 'Monthly' },
      ],
      EvaluationPeriods: 1,
      MetricName: 'missedRun',
      Namespace: 'faasten',
      Period: 7200,
      Statistic: 'Maximum',
      Threshold: 1,
      TreatMissingData: 'breaching',
      WarmUpConfiguration: { WarmUpPeriodDurationInMinutes: 180, OnlyStartEvaluatingAfterWarmUpPeriodEnds: true },
    });
    expect(alarmTable(service)).toContain(
      '| shop/Shop/Bill/Monthly | missedRun | runs < 1 over 30 days 6 hours, or nothing is known |',
    );
    // coldStarts, errors and memoryUsedMiB by function and by service, runs of three schedules, and what was found of two.
    expect(AwsService.watchingCost(service).parts.customMetrics.count).toBe(2 * 3 + 3 + 2);
  });

  test('costs nothing where there is none, and fifty share a function', () => {
    const ids = (count: number) => {
      const stack = newStack();
      const schedules = Array.from({ length: count }, (_, index) => [`Rare${index}`, Schedule.cron('0 3 1 * *')] as const);
      const triggers = { Daily: Schedule.cron('0 3 * * *'), ...Object.fromEntries(schedules) };
      new ServerlessFunction(stack, 'Hello', { entry, triggers });
      return Object.keys(allResourcesOf(stack)).filter((id) => /^FaastenScheduleChecker\d*([0-9A-F]{8})?$/.test(id));
    };
    expect([ids(0), ids(50), ids(51)]).toEqual([
      [],
      ['FaastenScheduleChecker'],
      ['FaastenScheduleChecker', expect.stringContaining('FaastenScheduleChecker2')],
    ]);
  });
});

/** Runs the code of a checker in a world whose clock, schedules and metrics are ours. */
async function check(now: string, schedule: object, known: { deployed?: object | null; runs?: readonly number[] } = {}) {
  const lines: any[] = [];
  const asked: any[] = [];
  const command = class {
    constructor(readonly input: object) {}
  };
  const deployed = known.deployed === undefined ? { LastModificationDate: new Date('2020-01-01T00:00:00Z') } : known.deployed;
  const context = {
    exports: {} as { handler(event: object): Promise<void> },
    process: { stdout: { write: (line: string) => lines.push(JSON.parse(line)) } },
    Date: class extends Date {
      static override now = () => Date.parse(now);
    },
    Intl,
    require: () => ({
      GetMetricDataCommand: command,
      GetScheduleCommand: command,
      CloudWatchClient: class {
        send = async ({ input }: any) => {
          asked.push(input);
          return { MetricDataResults: [{ Values: known.runs ?? [] }] };
        };
      },
      SchedulerClient: class {
        send = async ({ input }: any) => {
          asked.push(input);
          if (!deployed) throw Object.assign(new Error('gone'), { name: 'ResourceNotFoundException' });
          return deployed;
        };
      },
    }),
  };
  runInNewContext(SCHEDULE_CHECKER_SOURCE, context);
  const whole = {
    ...{ arn: 'arn:aws:scheduler:eu-west-1:123456789012:schedule/default/Monthly', function: 'shop/Bill', trigger: 'Monthly' },
    ...{ least: 1, lateSeconds: 6 * 3600, ...schedule },
  };
  await context.exports.handler({ schedules: [whole] });
  return { line: lines[0], asked };
}

const cron = (expression: string, timeZone = 'UTC') => {
  const { source: _, ...times } = parseCron(expression);
  return { cron: times, timeZone };
};

describe('what is found', () => {
  const FIRST = cron('0 3 1 * *', 'Europe/Berlin');
  const LATER = '2026-06-01T08:00:00Z';

  it('is a run that is missing, as a metric of its function and trigger', async () => {
    const { line, asked } = await check(LATER, FIRST);
    expect(line).toEqual({
      message: 'schedule',
      function: 'shop/Bill',
      trigger: 'Monthly',
      due: '2026-06-01T01:00:00.000Z',
      runs: 0,
      missedRun: 1,
      _aws: {
        Timestamp: Date.parse(LATER),
        CloudWatchMetrics: [
          { Namespace: 'faasten', Dimensions: [['function', 'trigger']], Metrics: [{ Name: 'missedRun', Unit: 'Count' }] },
        ],
      },
    });
    expect(asked).toEqual([
      { GroupName: 'default', Name: 'Monthly' },
      {
        StartTime: new Date('2026-06-01T01:00:00Z'),
        EndTime: new Date(LATER),
        MetricDataQueries: [
          {
            Id: 'runs',
            MetricStat: {
              Metric: {
                Namespace: 'faasten',
                MetricName: 'invocations',
                Dimensions: [
                  { Name: 'function', Value: 'shop/Bill' },
                  { Name: 'trigger', Value: 'Monthly' },
                ],
              },
              Period: 3600,
              Stat: 'Sum',
            },
          },
        ],
      },
    ]);
  });

  it.each([
    ['a run since it was due', LATER, FIRST, { runs: [1] }, 0],
    ['fewer runs than are wanted', LATER, { ...FIRST, least: 3 }, { runs: [1, 1] }, 1],
    ['not yet six hours, and a run a month ago', '2026-06-01T06:59:00Z', FIRST, { runs: [1] }, 0],
    [
      'a schedule changed since it was due',
      LATER,
      FIRST,
      { deployed: { LastModificationDate: new Date('2026-06-01T01:00:01Z') } },
      0,
    ],
    ['one that somebody deleted', LATER, FIRST, { deployed: null }, 1],
    ['one that begins later', LATER, FIRST, { deployed: { StartDate: new Date('2026-07-01T00:00:00Z') } }, 0],
    ['one that has ended', LATER, FIRST, { deployed: { EndDate: new Date('2026-05-31T00:00:00Z') } }, 0],
    [
      'a window that is still open',
      LATER,
      FIRST,
      { deployed: { FlexibleTimeWindow: { MaximumWindowInMinutes: 120 } }, runs: [1] },
      0,
    ],
    ['a date that is years ago', '2027-06-01T08:00:00Z', cron('0 3 29 2 *'), {}, 0],
    ['no run in the interval', LATER, { everySeconds: 30 * 86_400 }, {}, 1],
    [
      'an interval that is not over',
      LATER,
      { everySeconds: 30 * 86_400 },
      { deployed: { LastModificationDate: new Date('2026-05-02T08:00:00Z') } },
      0,
    ],
  ])('%s', async (_, now, schedule, known, missedRun) => {
    expect((await check(now, schedule, known)).line.missedRun).toBe(missedRun);
  });

  it('is by the clock of the time zone, as another reader of crontab has it', async () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia'];
    const expressions = ['30 2 * * 0', '15 1 29 * *', '59 23 31 * *', '0,30 0 1-7 3,10,11 *', '30 8 * * 1-5'];
    let moment = Date.UTC(2024, 0, 1, 0, 7);
    for (let index = 0; index < 150; index += 1) {
      moment += (36 + (index % 50)) * 3_600_000;
      const [zone, expression] = [zones[index % zones.length]!, expressions[index % expressions.length]!];
      const { line } = await check(new Date(moment).toISOString(), { ...cron(expression, zone), lateSeconds: 0 });
      const croner = new Cron(expression, { timezone: zone, paused: true });
      let due: Date | null = new Date(moment - 100 * 86_400_000);
      for (let next = croner.nextRun(due); next && next.getTime() <= moment; next = croner.nextRun(next)) due = next;
      // That one runs at the next moment there is what clocks skip; Scheduler does not.
      if (croner.nextRun(new Date(due.getTime() - 1))?.getTime() !== due.getTime()) continue;
      expect([zone, expression, line.due]).toEqual([zone, expression, due.toISOString()]);
    }
  });

  it('skips a time that clocks skip, and takes the first of one that comes twice', async () => {
    const due = async (now: string) => (await check(now, { ...cron('30 2 * * 0', 'Europe/Berlin'), lateSeconds: 0 })).line.due;
    expect(await due('2026-03-29T12:00:00Z')).toBe('2026-03-22T01:30:00.000Z');
    expect(await due('2026-10-25T12:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
  });
});

const engines: [string, ReturnType<typeof lambdaAvailable>][] = [
  ['aws-lambda-ric', lambdaAvailable()],
  ['AWS SDK', awsSdkAvailable()],
  ['ministack', ministackAvailable()],
];

describe.skipIf(engines.map(([name, found]) => missing(name, found)).some(Boolean))('on Lambda’s runtime, with AWS’s SDK', () => {
  const folder = mkdtempSync(join(tmpdir(), 'checker-'));
  const modules = join(enginesDirectory, 'aws-sdk', 'node_modules');
  const sdk = (name: string) => createRequire(join(modules, 'x.js'))(`@aws-sdk/client-${name}`);
  let server: CloudServer;
  let checker: LambdaFunction;

  beforeAll(async () => {
    const { stack } = rareStack();
    writeFileSync(join(folder, 'index.js'), allResourcesOf(stack).FaastenScheduleChecker!.Properties.Code.ZipFile);
    symlinkSync(modules, join(folder, 'node_modules'));
    server = await startMinistack();
    checker = await startFunction(folder, { AWS_ENDPOINT_URL: server.url });
  });
  afterAll(async () => {
    await checker?.stop();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('it says that a run is missing until there is one', async () => {
    const settings = { region: 'eu-west-1', endpoint: server.url, credentials: MINISTACK_KEYS };
    const { SchedulerClient, CreateScheduleCommand } = sdk('scheduler');
    const { ScheduleArn } = await new SchedulerClient(settings).send(
      new CreateScheduleCommand({
        Name: 'Often',
        ScheduleExpression: 'rate(1 minute)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        State: 'DISABLED',
        Target: { Arn: 'arn:aws:lambda:eu-west-1:123456789012:function:none', RoleArn: 'arn:aws:iam::123456789012:role/none' },
      }),
    );
    const schedule = { arn: ScheduleArn, function: 'shop/Bill', trigger: 'Often', least: 1, lateSeconds: 0 };
    const missedRun = async (everySeconds: number) => {
      const before = checker.output().length;
      const { error } = await checker.invoke({ schedules: [{ ...schedule, everySeconds }] });
      expect(error).toBeUndefined();
      return JSON.parse(/\{"message":"schedule".*/.exec(checker.output().slice(before))![0]).missedRun;
    };
    expect(await missedRun(3600)).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await missedRun(1)).toBe(1);
    const { CloudWatchClient, PutMetricDataCommand } = sdk('cloudwatch');
    const Dimensions = Object.entries({ function: 'shop/Bill', trigger: 'Often' }).map(([Name, Value]) => ({ Name, Value }));
    await new CloudWatchClient(settings).send(
      new PutMetricDataCommand({ Namespace: 'faasten', MetricData: [{ MetricName: 'invocations', Dimensions, Value: 1 }] }),
    );
    expect(await missedRun(1)).toBe(0);
    const gone = { ...schedule, arn: ScheduleArn.replace('Often', 'Gone'), trigger: 'Gone', everySeconds: 1 };
    await checker.invoke({ schedules: [gone] });
    expect(checker.output()).toMatch(/"trigger":"Gone".*"missedRun":1/);
  });
});
