import { type CfnDashboard, Dashboard, type IMetric, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration, Lazy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { DashboardSpec, PanelSpec } from '../../../core/model.js';
import type { DashboardView, Subject } from '../../../core/monitoring/port.js';
import type { Backend } from '../../../core/platform.js';
import { LIMITS } from '../limits.js';
import { topOf } from '../nested-stacks.js';
import { alarmOf } from './alarms.js';
import { percentOf, sourceOf, valuesOf } from './metrics.js';
import { measuredOf } from './slo.js';
import { alarmWidget, budgetWidget, graphWidget, textWidget, WIDTH, type Widget } from './widgets.js';

const PERIOD = Duration.minutes(5);

/** Functions in one graph, where there are too many for a row each. */
const PACKED = 25;

/** The dashboard of a service, or its rows in one that is there already. */
export function createDashboard(scope: Construct, view: () => DashboardView, existing: Dashboard | undefined): Backend {
  const dashboard = existing ?? new Dashboard(scope, 'Resource', {});
  if (!existing) writeOnce(dashboard.node.defaultChild as CfnDashboard);
  dashboard.addWidgets(new Rows(Stack.of(dashboard), view));
  return { resource: dashboard };
}

/**
 * The framework resolves a body, which is as long as all the rest of the stack, each time it looks at the template. From when all
 * references are known it stays the same.
 */
function writeOnce(dashboard: CfnDashboard): void {
  const body = dashboard.dashboardBody;
  let written: unknown;
  dashboard.dashboardBody = Lazy.uncachedString({
    produce: (context) => {
      if (context.preparing) written = undefined;
      else written ??= context.resolve(body);
      return context.preparing ? body : (written as string);
    },
  });
}

/** All widgets of a service, placed when the dashboard is written: what it shows is declared until then. */
class Rows implements IWidget {
  readonly width = WIDTH;
  private at = { x: 0, y: 0 };
  private last: { readonly spec: DashboardSpec; readonly widgets: readonly Widget[] } | undefined;

  constructor(
    private readonly stack: Stack,
    private readonly view: () => DashboardView,
  ) {}

  get height(): number {
    return Math.max(0, ...this.widgets.map(({ y, height }) => y + height));
  }

  position(x: number, y: number): void {
    this.at = { x, y };
  }

  toJson(): any[] {
    return this.widgets.map(({ x, y, ...widget }) => ({ ...widget, x: this.at.x + x, y: this.at.y + y }));
  }

  private get widgets(): readonly Widget[] {
    const view = this.view();
    // The framework asks several times, and before all is declared.
    if (this.last?.spec !== view.spec) this.last = { spec: view.spec, widgets: widgetsOf(view, this.stack) };
    return this.last.widgets;
  }
}

function widgetsOf({ spec, subjects }: DashboardView, stack: Stack): Widget[] {
  // Another stack may refer to this one, and then this one cannot refer to it.
  const seen = spec.rows.flatMap((row) => {
    const subject = subjects.get(row.subject.path)!;
    return topOf(Stack.of(subject.backend.resource)) === topOf(stack) ? [{ row, subject }] : [];
  });
  const elsewhere = spec.rows.length - seen.length;
  const layout = new Layout();
  layout.row([
    textWidget(`# ${spec.title}${elsewhere > 0 ? `\n${elsewhere} of its constructs are in other stacks` : ''}`, WIDTH, 2),
  ]);
  layout.row(overview(spec, stack));
  const packs = isTooMuch(seen.map(({ row }) => row));
  for (const { row, subject } of seen) {
    if (packs && subject.kind === 'function') continue;
    const panels = row.panels
      .map((panel) => ({ ...panel, lines: linesOf(panel, subject) }))
      .filter(({ lines }) => lines.length > 0);
    if (panels.length === 0) continue;
    layout.row([textWidget(`### ${row.title}`, WIDTH, 1)]);
    const width = WIDTH / Math.max(2, panels.length);
    layout.row(panels.map(({ title, lines, unit }) => graphWidget(title, width, stack.region, lines, unit)));
  }
  if (packs)
    packed(
      layout,
      seen.map(({ subject }) => subject),
      stack,
    );
  return layout.widgets;
}

/** State of the alarms, and what is left of the error budgets. */
function overview(spec: DashboardSpec, stack: Stack): Widget[] {
  // Those of nested stacks would all have to be handed up to this one.
  const alarms = spec.alarms.flatMap((each) => alarmOf(stack, each) ?? []).filter((alarm) => Stack.of(alarm) === stack);
  const shown = alarms.slice(0, LIMITS.alarmWidgetAlarms.value);
  const budgets = spec.slos.flatMap((slo) => {
    const measure = measuredOf(stack, slo);
    return measure ? [budgetWidget(slo, measure(PERIOD), stack.region)] : [];
  });
  const title = shown.length < alarms.length ? `Alarms (${shown.length} of ${alarms.length})` : 'Alarms';
  return [
    ...(shown.length > 0
      ? [
          alarmWidget(
            title,
            shown.map(({ alarmArn }) => alarmArn),
          ),
        ]
      : []),
    ...budgets,
  ];
}

function linesOf({ lines }: PanelSpec, subject: Subject): readonly (readonly [string, IMetric])[] {
  return lines
    .filter(({ signal }) => sourceOf(signal, subject).series.length > 0)
    .map(({ signal, statistic, label }) => [
      label,
      statistic === 'percent' ? percentOf(signal, subject, PERIOD) : valuesOf(sourceOf(signal, subject), statistic, PERIOD),
    ]);
}

/** Whether a row for each construct would be more than a dashboard, or its template, may hold. */
function isTooMuch(rows: DashboardSpec['rows']): boolean {
  const widgets = rows.reduce((sum, { panels }) => sum + 1 + panels.length, 0);
  const metrics = rows.reduce((sum, { panels }) => sum + panels.flatMap(({ lines }) => lines).length + 1, 0);
  return widgets > LIMITS.dashboardWidgets.value / 2 || metrics > LIMITS.dashboardMetrics.value / 2;
}

/** Errors and durations of many functions in few graphs. */
function packed(layout: Layout, subjects: readonly Subject[], stack: Stack): void {
  const functions = subjects.filter(({ kind }) => kind === 'function');
  // Two lines each, and half of the metrics stay for everything else.
  const most = LIMITS.dashboardMetrics.value / 4;
  const shown = functions.slice(0, most);
  const title =
    shown.length < functions.length ? `${shown.length} of ${functions.length} functions` : `${functions.length} functions`;
  layout.row([textWidget(`### ${title}`, WIDTH, 1)]);
  for (let start = 0; start < shown.length; start += PACKED) {
    const some = shown.slice(start, start + PACKED);
    const lines = (of: (subject: Subject) => IMetric) => some.map((subject) => [nameOf(subject), of(subject)] as const);
    const range = `${start + 1} to ${start + some.length}`;
    layout.row([
      graphWidget(`Errors, ${range}`, WIDTH / 2, stack.region, lines(errorsOf), 'count'),
      graphWidget(`Duration p95, ${range}`, WIDTH / 2, stack.region, lines(slowestOf), 'milliseconds'),
    ]);
  }
}

/** One metric and not the larger of two: lines are scarce. What the function reports is the wider one, where it does. */
function errorsOf(subject: Subject): IMetric {
  const { series } = sourceOf('function.errors', subject);
  return valuesOf({ series: series.slice(-1), combine: 'sum' }, 'sum', PERIOD);
}

function slowestOf(subject: Subject): IMetric {
  return valuesOf(sourceOf('function.duration', subject), 'p95', PERIOD);
}

function nameOf({ path }: Subject): string {
  return path.split('/').at(-1)!;
}

/** Rows from top to bottom; a row that is too wide goes on in the next one. */
class Layout {
  readonly widgets: Widget[] = [];
  private y = 0;

  row(widgets: readonly Widget[]): void {
    let x = 0;
    let height = 0;
    for (const widget of widgets) {
      if (x + widget.width > WIDTH) {
        this.y += height;
        [x, height] = [0, 0];
      }
      this.widgets.push({ ...widget, x, y: this.y });
      x += widget.width;
      height = Math.max(height, widget.height);
    }
    this.y += height;
  }
}
