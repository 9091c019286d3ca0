import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider/index.js';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import { FaastenError, usePlatform } from '../../../lib/index.js';
import { google } from '../../../lib/platforms/google/index.js';
import { synthesize, withoutBundling } from '../../../lib/testing/index.js';

/** A handler's file. These tests do not bundle, so that any file will do. */
export const entry = __filename;

export interface Configuration {
  readonly resource: Record<string, Record<string, any>>;
  readonly data?: Record<string, Record<string, any>>;
  readonly provider: Record<string, any[]>;
  readonly terraform: any;
  readonly output?: any;
}

/** An empty stack, as users make it. */
export function newWatchedStack(
  settings: { project?: string; region?: string } = { project: 'tea-shop', region: 'europe-west1' },
): TerraformStack {
  const stack = new TerraformStack(new App(), 'shop');
  new GoogleProvider(stack, 'google', settings);
  return stack;
}

/** The same without monitoring, for what is about something else. */
export function newStack(settings?: { project?: string; region?: string }): TerraformStack {
  const stack = newWatchedStack(settings);
  usePlatform(stack, google({ monitoring: false }));
  return stack;
}

/** The configuration of a stack, without bundling. */
export function configurationOf(stack: TerraformStack): Configuration {
  return short(synthesize(stack)) as Configuration;
}

/** `Shop_A_1A2B3C4D` reads `Shop_A`, where it is defined and where it is referred to. */
export function short<T extends object>(configuration: T): T {
  return JSON.parse(JSON.stringify(configuration).replace(/([A-Za-z0-9-]+)_[0-9A-F]{8}(?=["\]}.,])/g, '$1'));
}

export function resourcesOf(stack: TerraformStack, type: string): Record<string, any> {
  return configurationOf(stack).resource[type] ?? {};
}

/** `<type> <id>` of everything in a stack but what its functions share and what every function has. */
export function typesOf(stack: TerraformStack): string[] {
  return Object.entries(configurationOf(stack).resource)
    .flatMap(([type, named]) => Object.keys(named).map((id) => `${type} ${id}`))
    .filter((line) => !/ faasten_Build/.test(line))
    .sort();
}

/** Who may do what on what: `<member> <role> <resource>`, without the build's rights. */
export function grantsOf(stack: TerraformStack): string[] {
  const names = (text: string) =>
    text.replace(/\$\{(?:data\.)?google_\w+?\.([\w-]+)\.\w+\}/g, '$1').replace('serviceAccount:', '');
  return Object.entries(configurationOf(stack).resource)
    .filter(([type]) => type.endsWith('_iam_member'))
    .flatMap(([, named]) => Object.entries<any>(named))
    .filter(([id]) => !id.startsWith('faasten_Build'))
    .map(([, { member, role, topic, subscription, name, bucket, secret_id, service_account_id }]) =>
      names(`${member} ${role} ${topic ?? subscription ?? name ?? bucket ?? secret_id ?? service_account_id}`),
    )
    .sort();
}

export function environmentOf(stack: TerraformStack, id: string): Record<string, string> {
  return resourcesOf(stack, 'google_cloudfunctions2_function')[id].service_config.environment_variables;
}

/** The folder that cdktf writes a stack to. */
export async function written<T>(
  make: (stack: TerraformStack) => void,
  use: (folder: string) => Promise<T>,
  bundle = false,
): Promise<T> {
  const outdir = mkdtempSync(join(tmpdir(), 'google-'));
  try {
    const app = new App({ outdir });
    const stack = new TerraformStack(bundle ? app : withoutBundling(app), 'shop');
    new GoogleProvider(stack, 'google', { project: 'tea-shop', region: 'europe-west1' });
    // cdktf's own default is an absolute path.
    new LocalBackend(stack, { path: 'terraform.tfstate' });
    make(stack);
    app.synth();
    return await use(join(outdir, 'stacks', 'shop'));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

export function errorOf(run: () => unknown): FaastenError {
  try {
    run();
  } catch (error) {
    if (error instanceof FaastenError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
