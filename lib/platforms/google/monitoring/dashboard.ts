import { MonitoringDashboard } from '@cdktf/provider-google/lib/monitoring-dashboard/index.js';
import { Lazy } from 'cdktf';
import type { Construct } from 'constructs';
import type { SubjectKind } from '../../../core/model.js';
import type { DashboardView } from '../../../core/monitoring/port.js';
import type { Backend } from '../../../core/platform.js';
import type { StackContext } from '../context.js';
import { plainText } from '../text.js';
import { WIDGETS_PER_DASHBOARD } from './limits.js';
import { chartsOfMany, chartsOfOne, errorBudget, incidents, type Widget } from './panels.js';

/** Columns of the mosaic: https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#mosaiclayout */
const COLUMNS = 48;
const PER_ROW = 3;
const HEIGHT = 14;

/** A dashboard in Cloud Monitoring. */
export class DashboardResources implements Backend {
  readonly resource: MonitoringDashboard;

  constructor(scope: Construct, context: StackContext, view: () => DashboardView) {
    this.resource = new MonitoringDashboard(scope, 'Resource', {
      project: context.projectArgument,
      dashboardJson: Lazy.stringValue({ produce: () => plainText(JSON.stringify(dashboardOf(context, view()))) }),
    });
  }
}

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards */
function dashboardOf(context: StackContext, { spec, subjects }: DashboardView): object {
  const { monitoring } = context;
  const first = [
    [incidents(monitoring.policiesBelow(spec.path))],
    spec.slos.map((slo) => errorBudget(monitoring, slo, subjects.get(slo.subject.path))),
  ];
  const each = spec.rows.map((row) => chartsOfOne(monitoring, row, subjects.get(row.subject.path)!));
  // Many constructs share charts: a dashboard has only so many of them.
  const kinds = [...new Set(spec.rows.map(({ subject }) => subject.kind))];
  const together = (kind: SubjectKind) => {
    const rows = spec.rows.filter(({ subject }) => subject.kind === kind);
    return chartsOfMany(
      monitoring,
      rows[0]!,
      rows.map(({ subject }) => subjects.get(subject.path)!),
    );
  };
  const fits = [...first, ...each].flat().length <= WIDGETS_PER_DASHBOARD.max;
  const tiles = tilesOf([...first, ...(fits ? each : kinds.map(together))]);
  return { displayName: spec.title, mosaicLayout: { columns: COLUMNS, tiles } };
}

/** Widgets side by side, row under row. */
function tilesOf(rows: readonly (readonly Widget[])[]): object[] {
  let yPos = 0;
  return rows.flatMap((widgets) => {
    const perRow = Math.min(PER_ROW, widgets.length);
    const width = COLUMNS / perRow;
    const top = yPos;
    yPos += Math.ceil(widgets.length / PER_ROW) * HEIGHT;
    return widgets.map((widget, index) => ({
      xPos: (index % perRow) * width,
      yPos: top + Math.floor(index / perRow) * HEIGHT,
      width,
      height: HEIGHT,
      widget,
    }));
  });
}
