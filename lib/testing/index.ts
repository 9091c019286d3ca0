/** For users' own tests: services that run, stacks without bundling, and snapshots that change only when the infrastructure does. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { IConstruct } from 'constructs';
import type { CodeArtifact } from '../bundling/index.js';
import { bundledCode, usePlaceholder } from '../core/code.js';
import { platformOf } from '../core/scope.js';

export { evaluateAlarm, evaluateSlo } from '../core/monitoring/evaluate.js';
export { alarmTable, type FailingTraffic, minutesUntilPage } from './alarms.js';

export { type Deliveries, Faults } from './faults.js';
export type { Alarm, DeadLetter, WaitingMessage } from './inspection.js';
export type { ConnectOptions, MessageOptions, RequestOptions, ServiceOptions, TokenOptions } from './options.js';
export { RunningService, startService } from './service.js';
export type { TestSocket } from './socket.js';

const DIRECTORY = join(__dirname, 'placeholder');

/** Stands for every function's code: a file that throws, and a hash that nobody takes for a real one. */
function placeholder(): CodeArtifact {
  const { size } = statSync(join(DIRECTORY, 'index.mjs'));
  return {
    directory: DIRECTORY,
    hash: '0'.repeat(64),
    files: [{ name: 'index.mjs', bytes: size, hashed: true }],
    bytes: size,
    heaviest: [],
    warnings: [],
  };
}

/**
 * Turns bundling off for everything below `root`, and returns it: `const app = withoutBundling(new App())`. Functions get a
 * placeholder that throws when it runs. Handlers need not compile, but their files must exist.
 */
export function withoutBundling<T extends IConstruct>(root: T): T {
  usePlaceholder(root, placeholder());
  return root;
}

export interface SynthesizeOptions {
  /**
   * Whether to bundle the functions' code, to see that it compiles. Hashes of code read `[code of <path>]` all the same, so
   * that a snapshot does not change with a handler.
   * @default false
   */
  readonly bundle?: boolean;
}

/**
 * What the target's framework makes of a unit, as plain JSON, ready for `toMatchSnapshot()`: the template of a Stack
 * (aws-cdk-lib), the configuration of a TerraformStack (cdktf), the manifests of a Chart (cdk8s). Never bundles unless asked.
 */
export function synthesize(unit: IConstruct, options: SynthesizeOptions = {}): object {
  // The whole app: to write one unit, frameworks resolve the others as well.
  if (!options.bundle) withoutBundling(unit.node.root);
  const template = platformOf(unit).template(unit);
  return options.bundle ? withoutHashes(template, unit) : template;
}

/** Platforms cut hashes to what a name has room for; eight hex digits are enough to know one. */
function withoutHashes(template: object, unit: IConstruct): object {
  const names = new Map([...bundledCode(unit)].map(([path, { hash }]) => [hash.slice(0, 8), `[code of ${path}]`]));
  if (names.size === 0) return template;
  const pattern = new RegExp(`(${[...names.keys()].join('|')})[0-9a-f]*`, 'g');
  return JSON.parse(JSON.stringify(template), (_, value) =>
    typeof value === 'string' ? value.replace(pattern, (_hash, start: string) => names.get(start)!) : value,
  );
}

export { type PermissionTableOptions, permissionTable } from './permissions.js';
