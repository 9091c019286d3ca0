import type { IConstruct } from 'constructs';
import { missingPeer, undecidedPlatform } from './errors.js';
import type { Host, Target } from './host.js';
import type { Platform } from './platform.js';

/**
 * The only file that names platforms. Units are recognised by the frameworks' own `Symbol.for` markers, never by `instanceof`
 * (two copies of a framework in one app must not matter), and platforms are loaded by literal, lazy `require`s: a user of one
 * cloud never loads, and need not have, the framework of another.
 */
interface Unit {
  /** Property by which the framework marks its synthesis unit. */
  readonly marker: symbol;
  resolve(unit: IConstruct, path: string): Platform;
}

const UNITS: readonly Unit[] = [
  {
    marker: Symbol.for('@aws-cdk/core.Stack'),
    resolve: (unit, path) => load('aws', 'aws-cdk-lib', path, () => require('../platforms/aws/platform.js').platformFor(unit)),
  },
  {
    marker: Symbol.for('cdktf/TerraformStack'),
    resolve: resolveTerraformStack,
  },
  {
    marker: Symbol.for('cdk8s.Chart'),
    resolve: (unit, path) =>
      load('kubernetes', 'cdk8s', path, () => require('../platforms/kubernetes/platform.js').platformFor(unit)),
  },
  {
    marker: Symbol.for('faasten.LocalApp'),
    resolve: (unit) => require('../platforms/local/platform.js').platformFor(unit),
  },
];

/** Clouds that a Terraform provider stands for, by the provider's `terraformResourceType`. */
const TERRAFORM_CLOUDS: Readonly<Record<string, (unit: IConstruct, path: string) => Platform>> = {
  google: (unit, path) =>
    load('google', '@cdktf/provider-google', path, () => require('../platforms/google/platform.js').platformFor(unit)),
};

const TERRAFORM_PROVIDER = Symbol.for('cdktf/TerraformProvider');

/** One platform per unit, however many constructs ask. */
const resolved = new WeakMap<IConstruct, Platform>();

/** The platform a construct stands for if it is a synthesis unit, else undefined. */
export function platformOfUnit(candidate: IConstruct, path: string): Platform | undefined {
  const known = resolved.get(candidate);
  if (known) return known;
  const unit = UNITS.find(({ marker }) => marker in candidate);
  if (!unit) return undefined;
  const platform = unit.resolve(candidate, path);
  resolved.set(candidate, platform);
  return platform;
}

/** A TerraformStack names no cloud: its providers do. */
function resolveTerraformStack(stack: IConstruct, path: string): Platform {
  const types = new Set(
    stack.node
      .findAll()
      .filter((construct) => TERRAFORM_PROVIDER in construct)
      .map((provider) => (provider as unknown as { terraformResourceType: string }).terraformResourceType),
  );
  // google-beta is a second face of the same cloud, used beside it.
  const clouds = [...types].filter((type) => type in TERRAFORM_CLOUDS);
  if (clouds.length !== 1)
    throw undecidedPlatform(path, stack.node.path || stack.node.id, [...types].sort(), Object.keys(TERRAFORM_CLOUDS));
  return TERRAFORM_CLOUDS[clouds[0]!]!(stack, path);
}

const HOSTS: Readonly<Record<Target, (path: string) => Host>> = {
  aws: (path) => load('aws', 'aws-cdk-lib', path, () => require('../platforms/aws/app.js').host),
  google: (path) => load('google', '@cdktf/provider-google', path, () => require('../platforms/google/app.js').host),
  kubernetes: (path) => load('kubernetes', 'cdk8s', path, () => require('../platforms/kubernetes/app.js').host),
};

export const TARGETS = Object.keys(HOSTS) as readonly Target[];

/**
 * A plain app of a target's framework, for the service `path`.
 * @throws when the framework is not installed
 */
export function hostFor(target: Target, path: string): Host {
  return HOSTS[target](path);
}

/** Turns «Cannot find module» of a missing peer into a sentence; every other error is left alone. */
function load<T>(platform: string, peer: string, path: string, importer: () => T): T {
  try {
    return importer();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = /Cannot find (?:module|package) '([^']+)'/.exec(message ?? '')?.[1];
    if (
      (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') &&
      missing &&
      !missing.startsWith('.') &&
      !missing.startsWith('/')
    ) {
      const name = missing.startsWith('@') ? missing.split('/').slice(0, 2).join('/') : missing.split('/')[0]!;
      throw missingPeer(platform, name || peer, path, `Cannot find module '${missing}'`);
    }
    throw error;
  }
}
