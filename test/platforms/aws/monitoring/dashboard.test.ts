import { App, Stack } from 'aws-cdk-lib';
import { Dashboard, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { expect, test } from 'vitest';
import { HttpApi, Queue, Schedule, ServerlessFunction, Service } from '../../../../lib/index.js';
import { AwsDashboard, AwsService } from '../../../../lib/platforms/aws/index.js';
import { allResourcesOf, entry, newStack, type Resource } from '../template.js';

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: any;
}

/** The widgets of the one dashboard of a stack; references read `<logical id>`. */
function widgetsOf(stack: Stack): Widget[] {
  return widgetsIn(allResourcesOf(stack));
}

function widgetsIn(resources: Record<string, Resource>): Widget[] {
  const bodies = Object.values(resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard');
  expect(bodies).toHaveLength(1);
  const { DashboardBody: body } = bodies[0]!.Properties;
  const parts: unknown[] = typeof body === 'string' ? [body] : body['Fn::Join'][1];
  const text = parts.map((part: any) => (typeof part === 'string' ? part : `<${part.Ref ?? part['Fn::GetAtt']?.[0]}>`)).join('');
  return JSON.parse(text).widgets;
}

/** Widgets beside or below each other, and never on one another. */
function expectNoOverlap(widgets: readonly Widget[]): void {
  for (const [index, one] of widgets.entries()) {
    expect(one.x + one.width).toBeLessThanOrEqual(24);
    for (const other of widgets.slice(index + 1)) {
      const apart =
        one.x + one.width <= other.x ||
        other.x + other.width <= one.x ||
        one.y + one.height <= other.y ||
        other.y + other.height <= one.y;
      expect(apart).toBe(true);
    }
  }
}

const titleOf = ({ properties }: Widget): string => properties.title ?? properties.markdown;

test('a service has a row for each construct, its alarms and what is left of its error budget', () => {
  const stack = newStack();
  const service = new Service(stack, 'Shop', { slo: { availability: 99.9 } });
  const orders = new Queue(service, 'Orders');
  const fn = new ServerlessFunction(service, 'Hello', {
    entry,
    triggers: { Orders: orders.messages(), Nightly: Schedule.cron('0 3 * * *') },
  });
  new HttpApi(service, 'Api', { routes: { 'GET /': fn } });
  const widgets = widgetsOf(stack);
  expectNoOverlap(widgets);
  expect(widgets.map(titleOf)).toEqual([
    '# Shop',
    'Alarms',
    'availability of Shop: 99.9 % do not fail over 30 days',
    '### Api',
    'Requests',
    'Errors',
    'Latency',
    '### Hello',
    'Invocations',
    'Duration',
    'Memory',
    '### Hello/Nightly',
    'Runs',
    '### Orders',
    'Messages',
    'Oldest message',
  ]);
  expect(widgets[1]!.properties.alarms).toHaveLength(10);
  expect(widgets[2]!.properties).toMatchObject({ start: '-P30D', end: 'P0D', setPeriodToTimeRange: true, view: 'singleValue' });
  expect(widgets[2]!.properties.metrics[0][0].expression).toBe('100 * (1 - bad / total / 0.001)');
  const errors = widgets[5]!.properties.metrics.map(([first, name]: any[]) => first.expression ?? `${first} ${name}`);
  expect(errors).toEqual([
    '100 * serverErrors / requests',
    'AWS/ApiGateway 5xx',
    'AWS/ApiGateway Count',
    '100 * clientErrors / requests',
    'AWS/ApiGateway 4xx',
  ]);
});

test('what nobody reports has neither a line nor a row', () => {
  const stack = newStack();
  const service = new Service(stack, 'Shop', { tuning: [AwsService.tune({ functionMetrics: false })] });
  const triggers = { Nightly: Schedule.cron('0 3 * * *') };
  new ServerlessFunction(service, 'Ours', { entry, triggers });
  const code = { directory: __dirname, handler: 'app.main', runtime: 'python3.13' };
  new ServerlessFunction(service, 'Python', { code, triggers });
  const widgets = widgetsOf(stack);
  const shown = ['# Shop', 'Alarms', '### Ours', 'Invocations', 'Duration', '### Python', 'Invocations', 'Duration'];
  expect(widgets.map(titleOf)).toEqual([...shown, '### Ours/Nightly', 'Runs']);
  expect(JSON.stringify(widgets)).not.toMatch(/coldStarts|memoryUsedMiB/);
});

test('a dashboard that exists gets the rows below its own, and below what comes later nothing', () => {
  const stack = newStack();
  const dashboard = new Dashboard(stack, 'Mine', { widgets: [[new TextWidget({ markdown: 'mine', width: 24, height: 3 })]] });
  const service = new Service(stack, 'Shop', { monitoring: { dashboard: AwsDashboard.from(dashboard) } });
  new ServerlessFunction(service, 'Hello', { entry });
  dashboard.addWidgets(new TextWidget({ markdown: 'later', width: 24, height: 3 }));
  new ServerlessFunction(service, 'Other', { entry });
  const widgets = widgetsOf(stack);
  expectNoOverlap(widgets);
  expect(widgets.map(titleOf)).toEqual(expect.arrayContaining(['mine', '### Hello', '### Other', 'later']));
  expect(titleOf(widgets[0]!)).toBe('mine');
  expect(titleOf(widgets.at(-1)!)).toBe('later');
  expect(AwsDashboard.tryOf(service)).toBe(dashboard);
});

test('what is in another stack is left out, and said', () => {
  const app = new App();
  const stack = new Stack(app, 'shop');
  const service = new Service(stack, 'Shop');
  new ServerlessFunction(service, 'Hello', { entry });
  new ServerlessFunction(new Stack(service, 'Elsewhere'), 'Far', { entry });
  const widgets = widgetsOf(stack);
  expect(titleOf(widgets[0]!)).toBe('# Shop\n1 of its constructs are in other stacks');
  expect(widgets.map(titleOf)).not.toContain('### Elsewhere/Far');
});

test('many functions fit: the limits of dashboards and templates hold, and the dashboard asks nested stacks for nothing', () => {
  const stack = newStack();
  const service = new Service(stack, 'Shop', { tuning: [AwsService.tune({ nestedStacks: 40 })] });
  for (let index = 0; index < 640; index++) new ServerlessFunction(service, `F${index}`, { entry, monitoring: { alarms: NONE } });
  const resources = allResourcesOf(stack);
  const widgets = widgetsIn(resources);
  expectNoOverlap(widgets);
  const metrics = widgets.map(({ properties }) => properties.metrics?.length ?? 0);
  expect(widgets.length).toBeLessThanOrEqual(500);
  expect(metrics.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(2500);
  expect(Math.max(...metrics)).toBeLessThanOrEqual(500);
  expect(widgets.map(titleOf)).toContain('### 625 of 640 functions');
  expect(JSON.stringify(resources).length).toBeLessThan(1_000_000);
  expect(JSON.stringify(resources)).not.toContain('Outputs.');
}, 120_000);

const NONE = { errors: false, duration: false, memory: false, throttles: false } as const;
