import { CDK_FLAGS } from './cdk-flags.js';

/** What a new project has because of its framework. */
export interface FrameworkFiles {
  /** As a reader knows it. */
  readonly cloud: string;
  /** What the framework calls what is deployed. */
  readonly unit: 'stack' | 'chart';
  /** Packages that run, and those that only build; versions are those that faasten is developed with. */
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  /** The host: an app of the framework. Its path, and its text. */
  readonly host: string;
  readonly hostText: string;
  /** File by which the framework's own command finds the app. */
  readonly settings: string;
  readonly settingsText: string;
  /** Commands of `npm run synth` and `npm run deploy`. */
  readonly synth: string;
  readonly deploy: string;
  /** What is done once, before the first deployment: Markdown. */
  readonly first: string;
  /** Folders that are made, for .gitignore. */
  readonly ignored: readonly string[];
}

export type FrameworkName = 'cdk' | 'cdktf' | 'cdk8s';

const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
const lines = (...text: readonly string[]) => `${text.join('\n')}\n`;

/** @param name of the stack or chart */
export const FRAMEWORKS: Readonly<Record<FrameworkName, (name: string) => FrameworkFiles>> = {
  cdk: (name) => ({
    cloud: 'AWS',
    unit: 'stack',
    dependencies: ['aws-cdk-lib'],
    devDependencies: ['aws-cdk'],
    host: 'bin/aws.ts',
    hostText: lines(
      "import { App, Stack } from 'aws-cdk-lib';",
      "import { Shop } from '../shop';",
      '',
      'const app = new App();',
      '// In the account and region of your credentials; give env: { account, region } for others.',
      `new Shop(new Stack(app, '${name}'), 'Shop');`,
    ),
    settings: 'cdk.json',
    settingsText: json({
      app: 'npx tsx bin/aws.ts',
      watch: { include: ['**'], exclude: ['README.md', 'cdk.out', 'node_modules', 'test', '.faasten'] },
      context: CDK_FLAGS,
    }),
    synth: 'cdk synth --quiet',
    deploy: 'cdk deploy',
    first: 'With AWS credentials, once for each account and region: `npx cdk bootstrap`.',
    ignored: ['cdk.out/'],
  }),
  cdktf: (name) => ({
    cloud: 'Google Cloud',
    unit: 'stack',
    dependencies: ['cdktf', '@cdktf/provider-google'],
    devDependencies: [],
    host: 'bin/google.ts',
    hostText: lines(
      "import { GoogleProvider } from '@cdktf/provider-google/lib/provider';",
      "import { App, TerraformStack } from 'cdktf';",
      "import { Shop } from '../shop';",
      '',
      'const app = new App();',
      `const stack = new TerraformStack(app, '${name}');`,
      "new GoogleProvider(stack, 'google', { project: process.env.GOOGLE_CLOUD_PROJECT, region: 'europe-west1' });",
      "new Shop(stack, 'Shop');",
      'app.synth();',
    ),
    settings: 'cdktf.json',
    settingsText: json({ language: 'typescript', app: 'npx tsx bin/google.ts' }),
    synth: 'tsx bin/google.ts',
    deploy: `npm run synth && cd cdktf.out/stacks/${name} && terraform init && terraform apply`,
    first:
      'With Terraform and the gcloud CLI: `gcloud auth application-default login`, and `export GOOGLE_CLOUD_PROJECT=…`. The state is a file ' +
      'here, `terraform.*.tfstate`; a team keeps it in a bucket, with a `GcsBackend` in `bin/google.ts`.\n\n' +
      'cdktf is archived, and works on; [docs/platforms/google.md](node_modules/faasten/docs/platforms/google.md) says how to go on with its fork.',
    ignored: ['cdktf.out/', '.terraform/', '*.tfstate*'],
  }),
  cdk8s: (name) => ({
    cloud: 'Kubernetes',
    unit: 'chart',
    dependencies: ['cdk8s'],
    devDependencies: [],
    host: 'bin/kubernetes.ts',
    hostText: lines(
      "import { App, Chart } from 'cdk8s';",
      "import { Shop } from '../shop';",
      '',
      'const app = new App();',
      `new Shop(new Chart(app, '${name}', { namespace: '${name}' }), 'Shop');`,
      'app.synth();',
    ),
    settings: 'cdk8s.yaml',
    settingsText: lines('language: typescript', 'app: npx tsx bin/kubernetes.ts'),
    synth: 'tsx bin/kubernetes.ts',
    deploy: 'npm run synth && kubectl apply --server-side -f dist',
    first:
      `The cluster needs Knative and a Gateway, as [docs/platforms/kubernetes.md](node_modules/faasten/docs/platforms/kubernetes.md) says; once: ` +
      `\`kubectl create namespace ${name}\`.`,
    ignored: ['dist/'],
  }),
};
