import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider/index.js';
import { App, TerraformStack } from 'cdktf';
import { HttpApi, Queue, ServerlessFunction, Service } from 'faasten';
import { GoogleFunction } from 'faasten/google';
import { http } from 'faasten/runtime';
import { synthesize } from 'faasten/testing';

function unit() {
  const stack = new TerraformStack(new App(), 'shop');
  new GoogleProvider(stack, 'google', { project: 'tea-shop', region: 'europe-west1' });
  return stack;
}

const stack = unit();
const service = new Service(stack, 'Shop', { root: dirname(fileURLToPath(import.meta.url)) });
const create = new ServerlessFunction(service, 'Create', {
  entry: 'handlers/create-order.ts',
  links: { orders: new Queue(service, 'Orders') },
});
new HttpApi(service, 'Api', { routes: { 'POST /orders': create } });
const template = synthesize(stack, { bundle: true });
const native = Boolean(GoogleFunction.of(create).function);
const loaded = Object.keys(createRequire(import.meta.url).cache);
console.log(JSON.stringify({ template, native, loaded, runtime: typeof http }));
