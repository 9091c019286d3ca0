import type { Construct } from 'constructs';
import type {
  AlarmSpec,
  ApiSpec,
  ChannelSpec,
  DashboardSpec,
  FunctionSpec,
  InstrumentationSpec,
  QueueSpec,
  ScheduleTriggerSpec,
  Severity,
  SloSpec,
  WebSocketApiSpec,
} from '../model.js';
import type { ApiBackend, Backend, FunctionBackend, QueueBackend, WebSocketApiBackend } from '../platform.js';

/**
 * What a target does to watch. Everything is asked for when its construct is made, in the scope (and so the stack) of what is
 * watched: what comes later (channels, further functions) is a function here, which the target calls when its framework synthesizes,
 * inside a late value.
 */
export interface MonitoringPlatform {
  /**
   * Has the function report each invocation: `FAASTEN_METRICS`, `FAASTEN_SERVICE`, `FAASTEN_MEMORY_MIB` and
   * `FAASTEN_LATENCY_BOUNDS_MS` of lib/runtime/wire.ts, the last two where the target uses them.
   */
  instrument(fn: FunctionBackend, spec: () => InstrumentationSpec): void;
  /** `existing` is what the target's own escape hatch made of a channel that is there already. */
  createChannel(scope: Construct, spec: ChannelSpec, existing?: object): ChannelBackend;
  /**
   * Why the target cannot make this alarm, though it can make others of the kind: a default is then left out, and what was asked for by
   * name is refused.
   * @default - it can make all of them
   */
  lacks?(spec: AlarmSpec, subject: Subject): string | undefined;
  /** `scope` is an empty construct of the alarm's own. A target that watches many with one resource gives that for each of them. */
  createAlarm(scope: Construct, spec: AlarmSpec, subject: Subject, notify: Notify): Backend;
  /** `subjects`: one API, one WebSocket API, one function, or the functions of a service that count for it. */
  createSlo(scope: Construct, spec: SloSpec, subjects: () => readonly Subject[], notify: Notify): Backend;
  /** Called for a service with its first construct. `existing` is a dashboard that the rows shall go into, of the escape hatch. */
  createDashboard(scope: Construct, view: () => DashboardView, existing?: object): Backend;
}

export type ChannelBackend = Backend;

/** Channels for a severity, when the framework synthesizes. */
export type Notify = (severity: Severity) => readonly ChannelBackend[];

/** What is watched, with what the target made of it. */
export type Subject =
  | { readonly kind: 'function'; readonly path: string; readonly spec: FunctionSpec; readonly backend: FunctionBackend }
  | { readonly kind: 'api'; readonly path: string; readonly spec: ApiSpec; readonly backend: ApiBackend }
  | {
      readonly kind: 'websocket';
      readonly path: string;
      readonly spec: WebSocketApiSpec;
      readonly backend: WebSocketApiBackend;
    }
  | { readonly kind: 'queue'; readonly path: string; readonly spec: QueueSpec; readonly backend: QueueBackend }
  | {
      readonly kind: 'schedule';
      /** `<path of the function>/<trigger>`. */
      readonly path: string;
      /** Name of the trigger. */
      readonly name: string;
      readonly spec: ScheduleTriggerSpec;
      /** Of the function. */
      readonly backend: FunctionBackend;
    };

export interface DashboardView {
  readonly spec: DashboardSpec;
  /** By `path`. */
  readonly subjects: ReadonlyMap<string, Subject>;
}
