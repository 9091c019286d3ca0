// One synthesis in a process of its own: node bench/scenario.cjs <kind> <project> <count>
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const [kind, project, countText] = process.argv.slice(2);
const count = Number(countText);
// With their alarms, more would not fit into what CloudFormation takes.
const FUNCTIONS_PER_STACK = 50;

const entryOf = (index) => path.join(project, 'handlers', `f${index}.ts`);
const built = path.join(project, 'built');

if (kind === 'nodejs-function-path') {
  // The CDK takes an esbuild that it can require; a user who has it on the PATH only has none of that.
  const Module = require('node:module');
  const resolveFilename = Module._resolveFilename;
  Module._resolveFilename = function (request, ...rest) {
    if (request === 'esbuild/package.json') throw new Error('not installed');
    return resolveFilename.call(this, request, ...rest);
  };
}

const { App, Duration, Stack } = require('aws-cdk-lib');
const lambda = require('aws-cdk-lib/aws-lambda');
const logs = require('aws-cdk-lib/aws-logs');

const app = new App({ outdir: path.join(project, 'cdk.out') });

function eachStack(make) {
  for (let start = 0; start < count; start += FUNCTIONS_PER_STACK) {
    const stack = new Stack(app, `stack${start}`);
    for (let index = start; index < Math.min(count, start + FUNCTIONS_PER_STACK); index++) make(stack, index);
  }
}

const common = (scope, index) => ({
  runtime: lambda.Runtime.NODEJS_22_X,
  architecture: lambda.Architecture.ARM_64,
  memorySize: 256,
  timeout: Duration.seconds(30),
  environment: { NAME: `f${index}`, NODE_OPTIONS: '--enable-source-maps' },
  logGroup: new logs.LogGroup(scope, `Logs${index}`, { retention: logs.RetentionDays.ONE_MONTH }),
});

const scenarios = {
  faasten() {
    const { ServerlessFunction, Service } = require('faasten');
    for (let start = 0; start < count; start += FUNCTIONS_PER_STACK) {
      const service = new Service(new Stack(app, `stack${start}`), 'Service', { root: project });
      for (let index = start; index < Math.min(count, start + FUNCTIONS_PER_STACK); index++) {
        new ServerlessFunction(service, `F${index}`, { entry: entryOf(index), environment: { NAME: `f${index}` } });
      }
    }
  },

  /** The least that can be done: one pass of esbuild, without cache, and assets of what it made. */
  floor() {
    require('esbuild').buildSync({
      absWorkingDir: project,
      entryPoints: Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index}/index`, entryOf(index)])),
      outdir: built,
      bundle: true,
      platform: 'node',
      target: 'node22',
      format: 'esm',
      minifyWhitespace: true,
      minifySyntax: true,
      sourcemap: true,
      sourcesContent: false,
      outExtension: { '.js': '.mjs' },
      external: ['@aws-sdk/*', '@smithy/*'],
      logLevel: 'error',
    });
    scenarios.prebuilt();
  },

  /** What the floor made, as it lies there. */
  prebuilt() {
    eachStack((stack, index) => {
      const code = lambda.Code.fromAsset(path.join(built, String(index)));
      new lambda.Function(stack, `F${index}`, { ...common(stack, index), code, handler: 'index.handler' });
    });
  },

  'nodejs-function'() {
    const { NodejsFunction, OutputFormat } = require('aws-cdk-lib/aws-lambda-nodejs');
    eachStack((stack, index) => {
      new NodejsFunction(stack, `F${index}`, {
        ...common(stack, index),
        entry: entryOf(index),
        projectRoot: project,
        depsLockFilePath: path.join(project, 'package-lock.json'),
        bundling: {
          format: OutputFormat.ESM,
          target: 'node22',
          sourceMap: true,
          sourcesContent: false,
          esbuildArgs: { '--minify-whitespace': true, '--minify-syntax': true },
        },
      });
    });
  },

  'nodejs-function-path'() {
    scenarios['nodejs-function']();
  },
};

scenarios[kind]();
app.synth();
const functions = fs.readdirSync(path.join(project, 'cdk.out')).filter((name) => name.startsWith('asset.')).length;
if (functions < count) throw new Error(`only ${functions} of ${count} functions have code`);
