// Loads what Cloud Functions would build: the zip's module, whose export has their HTTP signature.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider/index.js';
import { App, TerraformStack } from 'cdktf';
import { HttpApi, ServerlessFunction, Service } from 'faasten';
import { unzipSync } from 'fflate';

const app = new App({ outdir: 'out' });
const stack = new TerraformStack(app, 'shop');
new GoogleProvider(stack, 'google', { project: 'tea-shop', region: 'europe-west1' });
const service = new Service(stack, 'Shop');
const hello = new ServerlessFunction(service, 'Hello', { entry: 'handlers/hello.ts' });
new HttpApi(service, 'Api', { routes: { 'GET /hello/{name}': hello } });
app.synth();
const zip = readdirSync('out', { recursive: true }).find((name) => name.endsWith('.zip'));
mkdirSync('unzipped', { recursive: true });
for (const [name, bytes] of Object.entries(unzipSync(readFileSync(join('out', zip))))) {
  if (!name.endsWith('/')) writeFileSync(join('unzipped', name), bytes);
}
const { handler } = await import(pathToFileURL(resolve('unzipped', 'index.mjs')).href);
const text = readFileSync('unzipped/index.mjs', 'utf8');
console.log(JSON.stringify({ statusCode: handler.length === 2 ? 200 : 0, body: text }));
