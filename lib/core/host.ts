import type { Construct } from 'constructs';
import type { WatchingCost } from './monitoring/cost.js';

/** Targets that files are written for. */
export type Target = 'aws' | 'google' | 'kubernetes';

export interface HostRequest {
  /** Name of the stack or chart. */
  readonly name: string;
  /** Folder to write into. */
  readonly folder: string;
  /** Creates the service; a promise is waited for. */
  readonly build: (scope: Construct) => unknown;
  /** Project and region of Google Cloud. */
  readonly google?: { readonly project?: string; readonly region?: string };
}

/** What lies in a folder that a host has written. */
export interface Listing {
  /** Type of every resource, in the target's own words. */
  readonly types: readonly string[];
  /** Size of all functions' code, as the target gets it. */
  readonly codeBytes: number;
}

/** A plain app of a target's framework around one service: for those who have no stack of their own yet, and for listings. */
export interface Host {
  /** As in `AWS (aws-cdk-lib)`. */
  readonly title: string;
  /** Gives what watching it costs. */
  synthesize(request: HostRequest): Promise<WatchingCost>;
  list(folder: string): Listing;
  /** The command that deploys what was written for `name`, with the folder as it is given. */
  deployCommand(folder: string, name: string): string;
}
