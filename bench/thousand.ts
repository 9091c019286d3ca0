/**
 * An app of many functions, each with a route and the alarms that all have, for `npm run bench:thousand` and for the CDK's command:
 * `npx cdk deploy --all --app 'npx tsx bench/thousand.ts'`. Prints how large its stacks are and what synthesis took. FUNCTIONS says how many.
 *
 * 200 functions are a service in a stack of its own: with nested stacks, CloudFormation changes 2,500 resources at once, and an API leads
 * to 300 functions.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { HttpApi, ServerlessFunction, Service } from 'faasten';
import { AwsService } from 'faasten/aws';

const COUNT = Number(process.env.FUNCTIONS ?? 1000);
const PER_SERVICE = 200;
const HANDLERS = resolve('out/thousand/handlers');

function handlerOf(index: number): string {
  const file = join(HANDLERS, `f${index}.ts`);
  writeFileSync(
    file,
    `import { http } from '${resolve('lib/runtime/index.js')}';\nexport default http(() => Response.json({ answer: ${index} }));\n`,
  );
  return file;
}

mkdirSync(HANDLERS, { recursive: true });
const started = performance.now();
const app = new App({ outdir: process.env.CDK_OUTDIR ?? 'out/thousand/cdk.out' });
for (let start = 0; start < COUNT; start += PER_SERVICE) {
  const stack = new Stack(app, `part${start / PER_SERVICE}`);
  const service = new Service(stack, 'Part', { tuning: [AwsService.tune({ nestedStacks: 12 })] });
  const api = new HttpApi(service, 'Api');
  for (let index = start; index < Math.min(COUNT, start + PER_SERVICE); index++) {
    const fn = new ServerlessFunction(service, `Function${index}`, { entry: handlerOf(index) });
    api.addRoute(`GET /f${index}`, fn);
  }
}
const { directory } = app.synth();
const seconds = (performance.now() - started) / 1000;

const templates = readdirSync(directory)
  .filter((name) => name.endsWith('.template.json'))
  .map((name) => ({
    resources: Object.keys(JSON.parse(readFileSync(join(directory, name), 'utf8')).Resources).length,
    bytes: statSync(join(directory, name)).size,
  }));
const most = (key: 'resources' | 'bytes') => Math.max(...templates.map((each) => each[key]));
const total = templates.reduce((sum, { resources }) => sum + resources, 0);
console.error(
  `${COUNT} functions: ${total} resources in ${templates.length} templates, at most ${most('resources')} resources and ` +
    `${Math.round(most('bytes') / 1000)} kB in one; ${seconds.toFixed(1)} s, ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
);
