import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FRAMEWORKS, type FrameworkFiles, type FrameworkName } from './frameworks.js';
import { SERVICE_FILES } from './service.js';

const DEPENDENCIES = ['constructs'];
const DEV_DEPENDENCIES = ['@types/node', 'tsx', 'typescript'];

const TSCONFIG = {
  compilerOptions: {
    target: 'es2022',
    lib: ['es2023'],
    module: 'commonjs',
    moduleResolution: 'bundler',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    esModuleInterop: true,
    skipLibCheck: true,
    noEmit: true,
  },
  exclude: ['node_modules', 'cdk.out', 'cdktf.out', 'dist'],
};

/** Every file of a new project: its text by its path. */
export function projectFiles(name: string, framework: FrameworkName): Readonly<Record<string, string>> {
  const own = FRAMEWORKS[framework](name);
  return {
    'package.json': json(manifest(name, own)),
    'tsconfig.json': json(TSCONFIG),
    ...SERVICE_FILES,
    [own.host]: own.hostText,
    [own.settings]: own.settingsText,
    '.gitignore': ['node_modules/', '.env', '.faasten/', ...own.ignored, ''].join('\n'),
    'README.md': readme(name, own),
  };
}

function manifest(name: string, { dependencies, devDependencies, synth, deploy }: FrameworkFiles): object {
  const own = JSON.parse(readFileSync(join(__dirname, '..', '..', '..', 'package.json'), 'utf8'));
  const versions = (names: readonly string[]) =>
    Object.fromEntries([...names].sort().map((each) => [each, `^${own.devDependencies[each]}`]));
  return {
    name,
    version: '0.0.0',
    private: true,
    engines: own.engines,
    scripts: {
      dev: 'faasten dev',
      test: 'node --import tsx --test test/*.test.ts',
      check: 'tsc',
      synth,
      deploy,
    },
    dependencies: { ...versions([...DEPENDENCIES, ...dependencies]), faasten: `^${own.version}` },
    devDependencies: versions([...DEV_DEPENDENCIES, ...devDependencies]),
  };
}

const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

function readme(name: string, { cloud, unit, host, first }: FrameworkFiles): string {
  return `# ${name}

A service made with faasten: an HTTP API, a queue with a worker, a bucket.

\`\`\`sh
npm install
npm run dev      # runs on this machine: http://localhost:3000, and a console
npm test         # the whole service, in one process, in a second
npm run check    # types
npm run synth    # what ${cloud} gets
npm run deploy
\`\`\`

While \`npm run dev\` runs:

\`\`\`sh
curl -d '{"product":"teapot"}' http://localhost:3000/orders
npx faasten events queue | npx faasten invoke Fulfil --event -
\`\`\`

| file | what |
|---|---|
| \`shop.ts\` | the service: functions, routes, triggers, links |
| \`handlers/\` | the code of each function |
| \`test/\` | tests that run the service |
| \`${host}\` | the service in a ${unit} for ${cloud} |
| \`faasten.config.ts\` | the service for faasten's own command |

## Before the first deployment

${first}
`;
}
