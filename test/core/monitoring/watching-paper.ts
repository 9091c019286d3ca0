import { type Construct, RootConstruct } from 'constructs';
import {
  type AlarmSpec,
  type ChannelSpec,
  type DashboardView,
  type Feature,
  type InstrumentationSpec,
  type MonitoringPlatform,
  type Notify,
  type SloSpec,
  type Subject,
  usePlatform,
} from '../../../lib/index.js';
import { PaperPlatform } from '../paper-platform.js';

/** Paper that watches: it keeps what it is asked for. */
export class WatchingPaper extends PaperPlatform {
  readonly alarms: { readonly at: string; readonly spec: AlarmSpec; readonly notify: Notify }[] = [];
  readonly slos: {
    readonly at: string;
    readonly spec: SloSpec;
    readonly subjects: () => readonly Subject[];
    readonly notify: Notify;
  }[] = [];
  readonly channels: ChannelSpec[] = [];
  readonly dashboards: { readonly at: string; readonly view: () => DashboardView; readonly existing?: object }[] = [];
  readonly instrumented = new Map<unknown, () => InstrumentationSpec>();

  readonly monitoring: MonitoringPlatform = {
    instrument: (fn, spec) => {
      this.instrumented.set(fn, spec);
    },
    createChannel: (scope, spec) => {
      this.channels.push(spec);
      return { resource: scope };
    },
    createAlarm: (scope: Construct, spec, _subject, notify) => {
      this.alarms.push({ at: scope.node.path, spec, notify });
      return { resource: scope };
    },
    createSlo: (scope: Construct, spec, subjects, notify) => {
      this.slos.push({ at: scope.node.path, spec, subjects, notify });
      return { resource: scope };
    },
    createDashboard: (scope: Construct, view, existing) => {
      this.dashboards.push({ at: scope.node.path, view, existing });
      return { resource: scope };
    },
  };

  /** `<construct> <alarm>` of each alarm, in order. */
  get names(): string[] {
    return this.alarms.map(({ spec }) => `${spec.subject.path} ${spec.name}`);
  }
}

export function watchingRoot(refused: readonly Feature[] = []): { root: RootConstruct; paper: WatchingPaper } {
  const root = new RootConstruct('App');
  const paper = new WatchingPaper(refused);
  usePlatform(root, paper);
  return { root, paper };
}
