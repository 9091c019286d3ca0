/**
 * Three judges of what an aws-cdk-lib app becomes: the rules that aws-cdk-lib itself brings and runs at synthesis, cfn-lint, and
 * cdk-nag. All findings are returned, warnings too; what a test accepts, it lists.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type App, CloudFormationValidatePlugin, type PolicyValidationPluginReport } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { type Availability, enginesDirectory, installed, run } from './engine.js';

export type Judge = 'cdk' | 'cfn-lint' | 'AwsSolutions' | 'Serverless';

export interface Finding {
  readonly judge: Judge;
  /** `E3002`, `F3003`, `AwsSolutions-IAM5[Resource::*]`. */
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'information';
  /** Logical id in the template (cdk, cfn-lint), construct path (cdk-nag); empty when it is about the whole template. */
  readonly resource: string;
  /** Where in the resource, as in `Properties.Runtime`; empty when unknown. */
  readonly path: string;
  readonly message: string;
}

/** A template as JSON, a template's file, or a folder that `app.synth()` or `cdk synth` wrote. */
export type Templates = string | object;

/** Whether cfn-lint is installed. The two other judges are npm packages of this repository. */
export function available(): Availability {
  const found = installed('install-cfn-lint.sh', 'cfn-lint', '.version');
  return 'reason' in found ? found.reason : true;
}

/**
 * Everything the judges find in an app: cdk and cfn-lint read its templates, nested stacks included; cdk-nag walks its tree.
 * cfn-lint is asked where it is installed. Synthesizes the app.
 */
export function judge(app: App): Finding[] {
  const { directory } = app.synth();
  return [...judgeTemplates(directory), ...cdkNag(app)];
}

/** What cdk, and cfn-lint where it is installed, find in templates. */
export function judgeTemplates(templates: Templates): Finding[] {
  return [...cdkRules(templates), ...(available() === true ? cfnLint(templates) : [])];
}

/**
 * The rules that aws-cdk-lib runs at every synthesis. Under `@aws-cdk/core:validateAgainstDefaultRules` an `error` here fails
 * the synthesis; without it, it is printed as a warning. Unlike there, templates of nested stacks are read too.
 */
export function cdkRules(templates: Templates): Finding[] {
  return withFiles(templates, (files) => {
    const stacks = files.map((templatePath) => ({
      stackConstructPath: basename(templatePath),
      templatePath,
      accountId: undefined,
      region: undefined,
    }));
    // One instance for the process: compiling the rules takes over a second.
    plugin ??= new CloudFormationValidatePlugin();
    return findings('cdk', plugin.validate({ stackTemplates: stacks, templatePaths: files, appConstruct: undefined as never }));
  });
}
let plugin: CloudFormationValidatePlugin | undefined;

/** cfn-lint with its default rules. @throws when it could not read a template at all */
export function cfnLint(templates: Templates): Finding[] {
  return withFiles(templates, (files) => {
    const program = join(enginesDirectory, 'cfn-lint', 'venv', 'bin', 'cfn-lint');
    const args = ['--format', 'json', '--regions', 'eu-west-1', '--template', ...files];
    const { status, stdout, stderr } = run(program, args, { cwd: tmpdir() });
    if (!stdout.trim() && status !== 0) throw new Error(`cfn-lint gave no report: ${stderr.trim()}`);
    const matches = (stdout.trim() ? JSON.parse(stdout) : []) as {
      readonly Level: string;
      readonly Message: string;
      readonly Rule: { readonly Id: string };
      readonly Location: { readonly Path: readonly (string | number)[] | null };
    }[];
    return matches.map((match) => {
      const [section, resource, ...path] = match.Location.Path ?? [];
      return {
        judge: 'cfn-lint' as const,
        rule: match.Rule.Id,
        severity: severity(match.Level.toLowerCase()),
        resource: section === 'Resources' ? String(resource ?? '') : '',
        path: (section === 'Resources' ? path : [section ?? '', resource ?? '', ...path]).join('.').replace(/\.+$/, ''),
        message: match.Message,
      };
    });
  });
}

/** cdk-nag's packs AwsSolutions and Serverless on a tree. Rules that the tree acknowledges are left out, as cdk-nag does. */
export function cdkNag(root: IConstruct): Finding[] {
  return [
    ...findings('AwsSolutions', new AwsSolutionsChecks(root).validateScope(root)),
    ...findings('Serverless', new ServerlessChecks(root).validateScope(root)),
  ];
}

function findings(judge: Judge, report: PolicyValidationPluginReport): Finding[] {
  return report.violations.flatMap((violation) =>
    violation.violatingResources.map((resource) => ({
      judge,
      rule: violation.ruleName,
      severity: severity(violation.severity ?? 'error'),
      resource: resource.resourceLogicalId ?? (judge === 'cdk' ? '' : (resource.constructPath ?? '')),
      path: resource.locations.join(', '),
      message: violation.description,
    })),
  );
}

function severity(text: string): Finding['severity'] {
  return text === 'error' || text === 'fatal' ? 'error' : text === 'warning' ? 'warning' : 'information';
}

/** @throws when there is no template: nothing checked is not the same as nothing wrong. */
function withFiles<T>(templates: Templates, use: (files: string[]) => T): T {
  if (typeof templates === 'string') {
    if (!existsSync(templates)) throw new Error(`'${templates}' does not exist`);
    const files = statSync(templates).isDirectory() ? templateFiles(templates) : [templates];
    if (files.length === 0) throw new Error(`'${templates}' holds no template`);
    return use(files);
  }
  const folder = mkdtempSync(join(tmpdir(), 'template-'));
  try {
    const file = join(folder, 'stack.template.json');
    writeFileSync(file, JSON.stringify(templates, null, 1));
    return use([file]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Templates of an assembly and of the assemblies in it (stages). Assets of functions are not looked into. */
function templateFiles(directory: string): string[] {
  const manifest = join(directory, 'manifest.json');
  if (!existsSync(manifest)) throw new Error(`'${directory}' is no cloud assembly: it has no manifest.json`);
  const artifacts = Object.values(JSON.parse(readFileSync(manifest, 'utf8')).artifacts ?? {}) as {
    readonly type: string;
    readonly properties?: { readonly directoryName?: string };
  }[];
  const nested = artifacts
    .filter((each) => each.type === 'cdk:cloud-assembly')
    .flatMap((each) => templateFiles(join(directory, each.properties!.directoryName!)));
  const own = readdirSync(directory).filter((name) => name.endsWith('.template.json'));
  return [...own.sort().map((name) => join(directory, name)), ...nested];
}
