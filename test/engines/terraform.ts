/**
 * The real `terraform` on what cdktf wrote. With the real google provider where a filesystem mirror holds it, else with a provider
 * that has its schema and nothing more (see terraform/). Nothing is fetched, nothing is applied.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Availability, command } from './engine.js';
import { betaResources } from './terraform/beta.js';
import { type ProviderSchema, startProvider } from './terraform/provider.js';
import { providerBlock, typeBlock } from './terraform/schema.js';

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly summary: string;
  readonly detail: string;
  /** Address of the resource, where there is one: `google_pubsub_topic.orders`. */
  readonly address?: string;
}

export interface Diagnostics {
  readonly valid: boolean;
  /** Which provider judged: the real one knows more (enumerations, conflicts, name patterns). */
  readonly provider: 'real' | 'stub';
  readonly diagnostics: readonly Diagnostic[];
}

export interface Plan extends Diagnostics {
  /** Planned values by resource address; what is known only after apply is left out. Empty when the plan failed. */
  readonly resources: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

const FILE = 'cdk.tf.json';
const HOST = 'registry.terraform.io';
const STUBBED: Record<string, string> = { google: 'hashicorp/google', 'google-beta': 'hashicorp/google-beta' };

export function available(): Availability {
  return command('terraform') !== undefined || 'the terraform binary is not on the PATH';
}

/** `terraform validate`: unknown, missing and mistyped arguments, wrong nesting, bad references, cycles. */
export async function validateTerraform(directory: string): Promise<Diagnostics> {
  return inWorkspace(directory, async (workspace) => {
    const failed = await workspace.init();
    if (failed) return { valid: false, provider: workspace.provider, diagnostics: failed };
    const { stdout, stderr } = await workspace.terraform('validate', '-json', '-no-color');
    return { provider: workspace.provider, ...parseValidate(stdout, stderr) };
  });
}

/** `terraform plan` on an empty state. With the stub, computed values are unknown and data sources hold sample values. */
export async function planTerraform(directory: string): Promise<Plan> {
  return inWorkspace(directory, async (workspace) => {
    const failed = await workspace.init();
    const nothing = { provider: workspace.provider, resources: {}, outputs: {} };
    if (failed) return { valid: false, diagnostics: failed, ...nothing };
    const planned = await workspace.terraform('plan', '-json', '-input=false', '-lock=false', '-refresh=false', '-out=plan.bin');
    const diagnostics = planned.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
      .filter((line) => line.type === 'diagnostic')
      .map((line) => diagnostic(line.diagnostic));
    if (planned.status !== 0) {
      if (diagnostics.length === 0) throw new Error(`terraform plan failed: ${planned.stdout}${planned.stderr}`);
      return { valid: false, diagnostics, ...nothing };
    }
    const shown = JSON.parse((await workspace.terraform('show', '-json', 'plan.bin')).stdout);
    const resources = (shown.planned_values?.root_module?.resources ?? []) as {
      address: string;
      values: Record<string, unknown>;
    }[];
    const outputs = Object.entries((shown.planned_values?.outputs ?? {}) as Record<string, { value?: unknown }>);
    return {
      valid: true,
      provider: workspace.provider,
      diagnostics,
      resources: Object.fromEntries(resources.map((each) => [each.address, each.values])),
      outputs: Object.fromEntries(outputs.map(([name, output]) => [name, output.value])),
    };
  });
}

interface Workspace {
  readonly provider: 'real' | 'stub';
  init(): Promise<Diagnostic[] | undefined>;
  terraform(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }>;
}

/** A copy of the stack without its backend, beside a configuration of terraform's own that reaches no network. */
async function inWorkspace<T>(directory: string, use: (workspace: Workspace) => Promise<T>): Promise<T> {
  const source = resolve(directory);
  if (!existsSync(join(source, FILE))) throw new Error(`'${source}' has no ${FILE}`);
  const folder = mkdtempSync(join(tmpdir(), 'tf-'));
  const stack = join(folder, 'stack');
  const providers: { stop(): void }[] = [];
  try {
    mkdirSync(stack);
    for (const name of readdirSync(source)) {
      if (name !== FILE && !name.startsWith('.terraform')) symlinkSync(join(source, name), join(stack, name));
    }
    const configuration = JSON.parse(readFileSync(join(source, FILE), 'utf8'));
    for (const place of ['backend', 'cloud']) delete configuration.terraform?.[place];
    writeFileSync(join(stack, FILE), JSON.stringify(configuration, null, 1));

    const mirror = providerMirror();
    const reattach: Record<string, object> = {};
    if (mirror === undefined) {
      const schema = stubSchema(configuration);
      for (const [name, provider] of Object.entries(STUBBED)) {
        const running = await startProvider(join(folder, `${name}.sock`), schema);
        providers.push(running);
        reattach[`${HOST}/${provider}`] = running.reattach;
      }
    }
    const environment = terraformEnvironment(folder, mirror, reattach);
    const terraform = (...args: string[]) => start(command('terraform')!, args, stack, environment);
    return await use({
      provider: mirror === undefined ? 'stub' : 'real',
      terraform,
      async init() {
        const result = await terraform('init', '-input=false', '-no-color', '-backend=false');
        if (result.status === 0) return undefined;
        return [{ severity: 'error', summary: 'terraform init failed', detail: `${result.stdout}${result.stderr}`.trim() }];
      },
    });
  } finally {
    for (const provider of providers) provider.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Schemas of the types that occur, and of no other: each costs a sub-path of the bindings. */
function stubSchema(configuration: any): ProviderSchema {
  const types = (section: object | undefined, kind: 'resource' | 'data') =>
    Object.fromEntries(
      Object.keys(section ?? {}).flatMap((type) => {
        const block = (kind === 'resource' ? betaResources[type] : undefined) ?? typeBlock(kind, type);
        return block === undefined ? [] : [[type, block]];
      }),
    );
  return {
    provider: providerBlock(),
    resources: types(configuration.resource, 'resource'),
    dataSources: types(configuration.data, 'data'),
  };
}

/** A folder with providers in terraform's mirror layout, if one holds hashicorp/google. */
function providerMirror(): string | undefined {
  const candidates = [
    process.env.FAASTEN_TERRAFORM_MIRROR,
    join(homedir(), '.terraform.d', 'plugins'),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
  ];
  return candidates.find((folder) => folder && existsSync(join(folder, HOST, 'hashicorp', 'google')));
}

function terraformEnvironment(folder: string, mirror: string | undefined, reattach: object): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(TF_|GOOGLE_|GCLOUD_|CLOUDSDK_)/.test(name));
  const empty = join(folder, 'no-providers');
  mkdirSync(empty);
  const config = join(folder, 'terraform.rc');
  const path = JSON.stringify(mirror ?? empty);
  writeFileSync(
    config,
    `disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n    path = ${path}\n  }\n}\n`,
  );
  return {
    ...Object.fromEntries(inherited),
    TF_CLI_CONFIG_FILE: config,
    TF_DATA_DIR: join(folder, 'data'),
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
    ...(mirror === undefined ? { TF_REATTACH_PROVIDERS: JSON.stringify(reattach) } : { GOOGLE_OAUTH_ACCESS_TOKEN: 'fake' }),
  };
}

/** Not `spawnSync`: the provider answers from this very process. */
function start(file: string, args: string[], cwd: string, env: NodeJS.ProcessEnv) {
  return new Promise<{ status: number; stdout: string; stderr: string }>((done, failed) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', failed);
    child.on('close', (status) => done({ status: status ?? -1, stdout, stderr }));
  });
}

function parseValidate(stdout: string, stderr: string): { valid: boolean; diagnostics: Diagnostic[] } {
  let result: { valid: boolean; diagnostics: unknown[] };
  try {
    result = JSON.parse(stdout);
  } catch {
    throw new Error(`terraform validate gave no JSON: ${stdout}${stderr}`);
  }
  return { valid: result.valid, diagnostics: result.diagnostics.map(diagnostic) };
}

function diagnostic(raw: any): Diagnostic {
  const context = /^resource\.(.+)$/.exec(raw.snippet?.context ?? '')?.[1];
  const address = raw.address ?? context;
  return { severity: raw.severity, summary: raw.summary, detail: raw.detail ?? '', ...(address ? { address } : {}) };
}
