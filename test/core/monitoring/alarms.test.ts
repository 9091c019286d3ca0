import { expect, describe as group, it, test } from 'vitest';
import {
  AlertChannel,
  Bucket,
  Duration,
  describe,
  HttpApi,
  Queue,
  Schedule,
  Secret,
  ServerlessFunction,
  Service,
  Topic,
  usePlatform,
} from '../../../lib/index.js';
import { PaperPlatform } from '../paper-platform.js';
import { WatchingPaper, watchingRoot } from './watching-paper.js';

const entry = __filename;

test('the smallest function has its alarms, with every default filled in', () => {
  const { root, paper } = watchingRoot();
  new ServerlessFunction(root, 'Hello', { entry });
  expect(paper.names).toEqual(['App/Hello errors', 'App/Hello duration', 'App/Hello memory', 'App/Hello throttles']);
  expect(paper.alarms[1]).toEqual({
    at: 'App/Hello/Alarms/duration',
    spec: {
      name: 'duration',
      subject: { kind: 'function', path: 'App/Hello' },
      signal: 'function.duration',
      statistic: 'p95',
      comparison: '>=',
      threshold: 27_000,
      unit: 'milliseconds',
      windowSeconds: 900,
      periods: 1,
      periodsToAlarm: 1,
      minBadEvents: 0,
      missingData: 'ok',
      severity: 'ticket',
      why: 'Invocations are about to run out of time, and then fail half done.',
      runbook: 'faasten/docs/alarms.md#function-duration',
      silences: [],
    },
    notify: expect.any(Function),
  });
  expect(Object.isFrozen(paper.alarms[1]!.spec)).toBe(true);
  expect(paper.dashboards).toEqual([]);
  expect([...paper.instrumented.values()].map((spec) => spec())).toEqual([{ thresholdsMillis: [] }]);
});

test('each construct and trigger brings its own, also when it comes later', () => {
  const { root, paper } = watchingRoot();
  const service = new Service(root, 'Shop');
  const orders = new Queue(service, 'Orders');
  const fn = new ServerlessFunction(service, 'Fulfil', { entry, triggers: { Orders: orders.messages() } });
  expect(paper.names.filter((name) => /Orders|dead/.test(name))).toEqual([
    'App/Shop/Orders messageAge',
    'App/Shop/Orders deadLetters',
  ]);
  fn.addTrigger('Nightly', Schedule.cron('0 3 * * *', { timeZone: 'Europe/Berlin' }));
  fn.addTrigger('Often', Schedule.rate(Duration.minutes(5)));
  fn.addTrigger('Events', new Topic(service, 'Events').messages());
  const callee = new ServerlessFunction(service, 'Callee', { entry });
  fn.addLink('callee', callee);
  new HttpApi(service, 'Api');
  expect(paper.names.slice(6)).toEqual([
    'App/Shop/Fulfil/Nightly missedRun',
    'App/Shop/Fulfil deadLetters',
    'App/Shop/Fulfil/Often missedRun',
    'App/Shop/Callee errors',
    'App/Shop/Callee duration',
    'App/Shop/Callee memory',
    'App/Shop/Callee throttles',
    'App/Shop/Callee deadLetters',
    'App/Shop/Api serverErrors',
    'App/Shop/Api latency',
  ]);
  const missed = paper.alarms.filter(({ spec }) => spec.name === 'missedRun');
  expect(missed.map(({ at, spec }) => [at, spec.windowSeconds / 60])).toEqual([
    ['App/Shop/Fulfil/Alarms/missedRun/Nightly', 1644],
    ['App/Shop/Fulfil/Alarms/missedRun/Often', 15],
  ]);
  expect(paper.dashboards[0]!.at).toBe('App/Shop/Monitoring/Dashboard');
  const { spec, subjects } = paper.dashboards[0]!.view();
  expect(spec.rows.map(({ subject, title }) => `${subject.kind} ${title}`)).toEqual([
    'api Api',
    'function Fulfil',
    'function Callee',
    'schedule Fulfil/Nightly',
    'schedule Fulfil/Often',
    'queue Orders',
  ]);
  expect(spec.rows.every(({ subject }) => subjects.has(subject.path))).toBe(true);
  expect(spec.alarms.map(({ name, subject }) => `${subject.path} ${name}`)).toEqual(paper.names);
});

group('options', () => {
  it('override the table, inner ones win, and switch off', () => {
    const { root, paper } = watchingRoot();
    const service = new Service(root, 'Shop', {
      monitoring: {
        alarms: { errors: { threshold: 1, severity: 'ticket' }, throttles: false, memory: false },
        runbooks: 'https://wiki.example/shop',
      },
    });
    new ServerlessFunction(service, 'A', {
      entry,
      monitoring: {
        alarms: {
          errors: { threshold: 20, window: Duration.minutes(1), periods: 3, minBadEvents: 5 },
          duration: { threshold: Duration.seconds(2) },
        },
      },
    });
    new ServerlessFunction(service, 'B', { entry, monitoring: { alarms: { throttles: {} } } });
    new ServerlessFunction(service, 'C', { entry, monitoring: false });
    expect(paper.names).toEqual([
      'App/Shop/A errors',
      'App/Shop/A duration',
      'App/Shop/B errors',
      'App/Shop/B duration',
      'App/Shop/B throttles',
    ]);
    expect(paper.alarms[0]!.spec).toMatchObject({
      threshold: 20,
      severity: 'ticket',
      windowSeconds: 60,
      periods: 3,
      periodsToAlarm: 3,
      minBadEvents: 5,
      runbook: 'https://wiki.example/shop#function-errors',
    });
    expect(paper.alarms[1]!.spec.threshold).toBe(2000);
    expect(paper.instrumented.size).toBe(2);
  });

  it('lead each severity to the nearest channels, also to those that come later', () => {
    const { root, paper } = watchingRoot();
    const [a, b, c, d] = ['A', 'B', 'C', 'D'].map((id) => new AlertChannel(root, id, { email: `${id}@shop.example` }));
    const outer = new Service(root, 'Shop', { monitoring: { channels: { page: [a!] } } });
    const inner = new Service(outer, 'Pay');
    new ServerlessFunction(outer, 'Plain', { entry });
    new ServerlessFunction(inner, 'Inner', { entry });
    new ServerlessFunction(inner, 'Own', { entry, monitoring: { channels: [c!], alarms: { errors: { channels: [d!] } } } });
    outer.addAlertChannel(b!);
    inner.addAlertChannel(b!, ['page']);
    const told = Object.fromEntries(
      paper.alarms
        .filter(({ spec }) => spec.name === 'errors' || spec.name === 'memory')
        .map(({ spec, notify }) => [
          `${spec.subject.path} ${spec.name}`,
          notify(spec.severity).map(({ resource }) => resource.node.id),
        ]),
    );
    expect(told).toEqual({
      'App/Shop/Plain errors': ['A', 'B'],
      'App/Shop/Plain memory': ['B'],
      'App/Shop/Pay/Inner errors': ['B'],
      'App/Shop/Pay/Inner memory': ['B'],
      'App/Shop/Pay/Own errors': ['D'],
      'App/Shop/Pay/Own memory': ['C'],
    });
    expect(describe(outer).alarms.find(({ subject }) => subject.path === 'App/Shop/Plain')!.channels).toEqual(['App/A', 'App/B']);
    expect(() => outer.addAlertChannel(b!)).toThrow("service 'App/Shop': the channel 'App/B' is there already; add it once");
  });

  it('add silences up', () => {
    const { root, paper } = watchingRoot();
    const service = new Service(root, 'Shop', {
      monitoring: { silences: [{ days: ['sat', 'sun'], from: '00:00', to: '23:59' }] },
    });
    new Queue(service, 'Orders', { monitoring: { silences: [{ from: '22:00', to: '06:30', timeZone: 'Europe/Berlin' }] } });
    expect(paper.alarms[0]!.spec.silences).toEqual([
      { days: [0, 6], fromMinute: 0, toMinute: 1439, timeZone: 'UTC' },
      { days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 1320, toMinute: 390, timeZone: 'Europe/Berlin' },
    ]);
  });

  it.each([
    [
      { alarms: { errors: { threshold: 101 } } },
      'monitoring.alarms.errors.threshold is 101; give a number in percent, zero or more',
    ],
    [
      { alarms: { duration: { threshold: 5 } } },
      'monitoring.alarms.duration.threshold is 5; give a Duration, as in Duration.seconds(2)',
    ],
    [
      { alarms: { errors: { window: Duration.seconds(90) } } },
      'monitoring.alarms.errors.window is 90 seconds; give whole minutes',
    ],
    [{ alarms: { errors: { severity: 'loud' } } }, "monitoring.alarms.errors.severity is 'loud'; give 'page' or 'ticket'"],
    [{ silences: [{ from: '25:00', to: '01:00' }] }, "silences.from is '25:00'; give hours and minutes, as in '22:00'"],
    [{ channels: ['ops@shop.example'] }, "a channel is 'ops@shop.example'; give an AlertChannel"],
  ])('that are wrong are refused: %o', (monitoring, message) => {
    const { root } = watchingRoot();
    expect(() => new ServerlessFunction(root, 'F', { entry, monitoring: monitoring as object })).toThrow(
      `function 'App/F': ${message}`,
    );
  });
});

group('a platform that lacks something', () => {
  it('goes without the defaults, silently', () => {
    const { root, paper } = watchingRoot(['monitoring.alarm.memory', 'monitoring.dashboard', 'monitoring.signals']);
    new ServerlessFunction(new Service(root, 'Shop'), 'F', { entry });
    expect(paper.names).toEqual(['App/Shop/F errors', 'App/Shop/F duration', 'App/Shop/F throttles']);
    expect([paper.dashboards.length, paper.instrumented.size]).toEqual([0, 0]);
  });

  it.each([
    ['monitoring.alarm.memory', { alarms: { memory: { threshold: 100 } } }],
    ['monitoring.silences', { silences: [{ from: '22:00', to: '06:00' }] }],
    ['monitoring.dashboard', { dashboard: true }],
  ] as const)('refuses what was asked for: %s', (feature, monitoring) => {
    const { root } = watchingRoot([feature]);
    const service = new Service(root, 'Shop', { monitoring });
    expect(() => new ServerlessFunction(service, 'F', { entry })).toThrow('paper has no room for it');
  });

  it('may have none at all', () => {
    const { root } = watchingRoot();
    usePlatform(root, new PaperPlatform(['monitoring.slo', 'monitoring.channel.email']));
    new ServerlessFunction(new Service(root, 'Shop'), 'F', { entry });
    expect(describe(root).alarms).toEqual([]);
    expect(() => new AlertChannel(root, 'C', { email: 'a@b.example' })).toThrow('paper has no room for it');
    expect(() => new HttpApi(root, 'Api', { slo: { availability: 99 } })).toThrow('paper has no room for it');
  });
});

group('a channel', () => {
  it('is reduced to what targets need, secrets by name only', () => {
    const { root, paper } = watchingRoot();
    new AlertChannel(root, 'Ops', {
      email: ['a@shop.example', 'b@shop.example'],
      webhook: { url: 'https://hook.example/alarms', token: Secret.fromName('hook') },
      slack: { channel: '#ops', webhook: Secret.fromName('slack', { field: 'url' }) },
      pagerDuty: { integrationKey: Secret.fromName('pager') },
    });
    expect(paper.channels).toEqual([
      {
        path: 'App/Ops',
        email: ['a@shop.example', 'b@shop.example'],
        webhooks: [{ url: 'https://hook.example/alarms', token: { name: 'hook' } }],
        slack: { channel: '#ops', webhook: { name: 'slack', field: 'url' } },
        pagerDuty: { integrationKey: { name: 'pager' } },
      },
    ]);
  });

  it.each([
    [{}, 'it leads nowhere'],
    [{ email: 'nobody' }, "email is 'nobody'; give an address"],
    [{ webhook: { url: 'http://hook.example' } }, "webhook.url is 'http://hook.example'; give a URL"],
    [{ slack: { webhook: 'https://hooks.slack.example' } }, 'slack.webhook is no reference; give Secret.fromName(...)'],
    [{ existing: { platform: 'aws', construct: 'channel', resource: {} } }, "the channel 'existing' is on aws"],
  ])('says what is wrong: %o', (props, message) => {
    const { root } = watchingRoot();
    expect(() => new AlertChannel(root, 'Ops', props as object)).toThrow(message);
  });
});

test('a bucket brings no alarm, and its trigger brings dead letters unless there are none', () => {
  const { root, paper } = watchingRoot();
  const photos = new Bucket(root, 'Photos');
  new ServerlessFunction(root, 'A', { entry, triggers: { Upload: photos.objects() } });
  new ServerlessFunction(root, 'B', { entry, retry: { deadLetters: false }, triggers: { Upload: photos.objects() } });
  expect(paper.names.filter((name) => name.includes('dead'))).toEqual(['App/A deadLetters']);
  expect(new WatchingPaper().names).toEqual([]);
});
