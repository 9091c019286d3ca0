import { ApiObject, Lazy } from 'cdk8s';
import type { Construct } from 'constructs';
import type { DashboardRowSpec, PanelSpec, SignalName, SloSpec } from '../../../core/model.js';
import type { DashboardView, Subject } from '../../../core/monitoring/port.js';
import { upper } from '../../../core/monitoring/words.js';
import { physicalName } from '../../../core/names.js';
import type { Backend } from '../../../core/platform.js';
import { namespaceOf } from '../context.js';
import { metadataOf, nameOf } from '../metadata.js';
import type { MonitoringSettings } from '../options.js';
import { selectionOf } from './alarm.js';
import { errorBudgetPanel, linePanel, type Panel, textOfAlerts } from './panels.js';
import { sloName } from './slo.js';

/** Longest uid that Grafana takes: https://grafana.com/docs/grafana/latest/developers/http_api/dashboard/#identifier-id-vs-unique-identifier-uid */
const UID_LENGTH = 40;

/** Of Grafana's dashboard JSON; every release migrates older ones when it loads them. */
const SCHEMA_VERSION = 39;

/** Columns of Grafana's grid. */
const COLUMNS = 24;

/** A dashboard in a ConfigMap, which the sidecar of Grafana's chart loads. */
export class DashboardResources implements Backend {
  readonly resource: ApiObject;

  constructor(scope: Construct, view: () => DashboardView, settings: MonitoringSettings) {
    const name = nameOf(scope);
    const namespace = namespaceOf(scope);
    const labels = { ...settings.labels, ...settings.dashboardLabels };
    const measured = (all: DashboardView) => (settings.requestMetrics ? all : without('function.throttles', all));
    this.resource = new ApiObject(scope, 'Resource', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, ...metadataOf({ what: 'dashboard', path: scope.node.path, labels }) },
      data: { [`${name}.json`]: Lazy.any({ produce: () => JSON.stringify(dashboardOf(measured(view()), namespace)) }) },
    });
  }
}

/** https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
export function dashboardOf({ spec, subjects }: DashboardView, namespace: string | undefined): object {
  const rows = spec.rows.filter(({ subject }) => subject.kind !== 'function');
  const functions = spec.rows.filter(({ subject }) => subject.kind === 'function');
  const layout = new Layout();
  layout.row('Alerts', [textOfAlerts(namespace, spec)]);
  if (spec.slos.length > 0)
    layout.row(
      'Error budgets',
      spec.slos.map((slo: SloSpec) => errorBudgetPanel(sloName(slo), slo)),
    );
  for (const row of rows) layout.row(`${upper(row.subject.kind)} ${row.title}`, panelsOf(row, subjects, namespace));
  // One row that Grafana repeats for each function: a dashboard of a thousand functions is no larger than one of ten.
  const [first] = functions;
  if (first) layout.row('Function $function', panelsOf(first, subjects, namespace, '$function'), 'function');
  return {
    uid: physicalName(spec.path, UID_LENGTH),
    title: spec.title,
    description: `Functions, APIs and queues of ${spec.path}`,
    tags: ['faasten'],
    schemaVersion: SCHEMA_VERSION,
    editable: false,
    graphTooltip: 1,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'utc',
    templating: { list: variables(functions.map(({ subject }) => subject.path)) },
    panels: layout.panels,
  };
}

/** A dashboard without the lines of a signal. */
function without(lacking: SignalName, { spec, subjects }: DashboardView): DashboardView {
  const lines = (panel: PanelSpec) => panel.lines.filter(({ signal }) => signal !== lacking);
  const rows = spec.rows.map((row) => ({ ...row, panels: row.panels.map((panel) => ({ ...panel, lines: lines(panel) })) }));
  return { spec: { ...spec, rows }, subjects };
}

function panelsOf(
  { subject, panels }: DashboardRowSpec,
  subjects: ReadonlyMap<string, Subject>,
  namespace: string | undefined,
  fn?: string,
): Panel[] {
  const selection = fn === undefined ? selectionOf(subjects.get(subject.path)!) : { function: fn };
  if (!selection) return [];
  return panels.flatMap((panel) => linePanel(panel, { namespace, ...selection }) ?? []);
}

function variables(functions: readonly string[]): object[] {
  const all = { text: 'All', value: '$__all', selected: true };
  return [
    { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', current: {}, hide: 0 },
    ...(functions.length > 0
      ? [
          {
            name: 'function',
            label: 'Function',
            type: 'custom',
            query: functions.map((path) => path.replaceAll(',', '\\,')).join(','),
            current: all,
            includeAll: true,
            multi: true,
          },
        ]
      : []),
  ];
}

/** Puts panels side by side, row under row. */
class Layout {
  readonly panels: object[] = [];
  private y = 0;

  row(title: string, panels: readonly Panel[], repeat?: string): void {
    if (panels.length === 0) return;
    this.add({ type: 'row', title, collapsed: false, panels: [], ...(repeat && { repeat }) }, 0, COLUMNS, 1);
    this.y += 1;
    const perRow = Math.min(3, panels.length);
    const width = COLUMNS / perRow;
    panels.forEach((panel, index) => {
      this.add({ ...panel }, (index % perRow) * width, width, panel.height);
      if (index % perRow === perRow - 1 || index === panels.length - 1) this.y += panel.height;
    });
  }

  private add({ height: _, ...panel }: Readonly<Record<string, unknown>>, x: number, w: number, h: number): void {
    this.panels.push({ id: this.panels.length + 1, gridPos: { x, y: this.y, w, h }, ...panel });
  }
}
