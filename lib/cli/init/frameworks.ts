/** What a new project has because of its framework. */
export interface FrameworkFiles {
  /** As a reader knows it. */
  readonly cloud: string;
  /** Packages that run, and those that only build; versions are those that faasten is developed with. */
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  /** The host: an app of the framework. Its path, and its text. */
  readonly host: string;
  readonly hostText: string;
  /** File by which the framework's own command finds the app. */
  readonly settings: string;
  readonly settingsText: string;
  /** Commands of `npm run synth` and of the deployment. */
  readonly synth: string;
  readonly deploy: string;
  /** Folders that are made, for .gitignore. */
  readonly ignored: readonly string[];
}

export type FrameworkName = 'cdk' | 'cdktf' | 'cdk8s';

const lines = (...text: readonly string[]) => `${text.join('\n')}\n`;

/** @param name of the stack or chart */
export const FRAMEWORKS: Readonly<Record<FrameworkName, (name: string) => FrameworkFiles>> = {
  cdk: (name) => ({
    cloud: 'AWS',
    dependencies: ['aws-cdk-lib'],
    devDependencies: ['aws-cdk'],
    host: 'bin/aws.ts',
    hostText: lines(
      "import { App, Stack } from 'aws-cdk-lib';",
      "import { Shop } from '../shop';",
      '',
      'const app = new App();',
      `new Shop(new Stack(app, '${name}'), 'Shop');`,
    ),
    settings: 'cdk.json',
    settingsText: lines('{', '  "app": "npx tsx bin/aws.ts"', '}'),
    synth: 'cdk synth --quiet',
    deploy: 'npx cdk bootstrap && npx cdk deploy',
    ignored: ['cdk.out/'],
  }),
  cdktf: (name) => ({
    cloud: 'Google Cloud',
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
    settingsText: lines('{', '  "language": "typescript",', '  "app": "npx tsx bin/google.ts"', '}'),
    synth: 'tsx bin/google.ts',
    deploy: `cd cdktf.out/stacks/${name} && terraform init && terraform apply`,
    ignored: ['cdktf.out/', '.terraform/', '*.tfstate*'],
  }),
  cdk8s: (name) => ({
    cloud: 'Kubernetes',
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
    deploy: 'kubectl apply --server-side -f dist',
    ignored: ['dist/'],
  }),
};
