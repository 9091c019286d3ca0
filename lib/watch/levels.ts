import { Construct } from 'constructs';
import { attach, attachmentOf } from '../core/attachment.js';
import type { Checks } from '../core/checks.js';
import { frozen } from '../core/checks.js';
import { otherPlatform, shown } from '../core/errors.js';
import type { Severity, SloSpec } from '../core/model.js';
import type { Subject } from '../core/monitoring/port.js';
import type { Platform } from '../core/platform.js';
import type { AlertChannel, AlertRouting, MonitoringOptions } from '../monitoring.js';

/** One of the constructs whose options hold for what is watched: itself, and the services around it. */
export interface Level {
  readonly options: MonitoringOptions;
  /** Channels for a severity, as they are now; undefined where the level names none. */
  channels(severity: Severity): readonly AlertChannel[] | undefined;
}

export function ownLevel(options: MonitoringOptions): Level {
  return { options, channels: (severity) => options.channels && routed(options.channels, severity) };
}

/** Channels of a routing for a severity. */
export function routed(routing: AlertRouting, severity: Severity): readonly AlertChannel[] | undefined {
  return Array.isArray(routing) ? routing : (routing as Exclude<AlertRouting, readonly AlertChannel[]>)[severity];
}

/** Levels around something that is watched, the outermost first. */
export class Levels {
  readonly options: readonly MonitoringOptions[];

  constructor(
    private readonly levels: readonly Level[],
    private readonly path: string,
    private readonly platform: Platform,
    private readonly checks: Checks,
  ) {
    this.options = levels.map(({ options }) => options);
  }

  /** Channels for a severity, as they are now: `own`, else those of the nearest level that names some. */
  channels(severity: Severity, own?: readonly AlertChannel[]): readonly AlertChannel[] {
    const all =
      own ??
      [...this.levels]
        .reverse()
        .map((level) => level.channels(severity))
        .find(Boolean) ??
      [];
    for (const channel of all) {
      const attachment = Construct.isConstruct(channel) ? attachmentOf(channel) : undefined;
      if (attachment?.type !== 'channel') this.checks.fail(`a channel is ${shown(channel)}`, 'give an AlertChannel');
      if (attachment.platform.name !== this.platform.name)
        throw otherPlatform(this.path, 'the channel', channel.node.path, attachment.platform.name, this.platform.name);
    }
    return all;
  }

  /** Has the platform make an objective, below `scope`. */
  createSlo(scope: Construct, objective: SloSpec, subjects: () => readonly Subject[]): SloSpec {
    const spec = frozen(objective);
    const at = new Construct(child(scope, 'Slo'), spec.name);
    const notify = (severity: Severity) => backendsOf(this.channels(severity));
    const backend = this.platform.monitoring!.createSlo(at, spec, subjects, notify);
    const channels = () => ({ page: pathsOf(this.channels('page')), ticket: pathsOf(this.channels('ticket')) });
    attach(at, { type: 'slo', platform: this.platform, backend, describe: () => ({ ...spec, channels: channels() }) });
    return spec;
  }
}

export function backendsOf(channels: readonly AlertChannel[]) {
  return channels.map((channel) => attachmentOf(channel)!.backend);
}

export function pathsOf(channels: readonly AlertChannel[]): readonly string[] {
  return channels.map(({ node }) => node.path);
}

/** The child of that id, made when it is first needed. */
export function child(scope: Construct, id: string): Construct {
  return (scope.node.tryFindChild(id) as Construct | undefined) ?? new Construct(scope, id);
}
