import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, Stack } from 'aws-cdk-lib';
import { HttpApi, Queue, ServerlessFunction, Service } from 'faasten';
import { AwsFunction } from 'faasten/aws';
import { http } from 'faasten/runtime';
import { synthesize } from 'faasten/testing';

function unit() {
  return new Stack(new App(), 'shop');
}

const stack = unit();
const service = new Service(stack, 'Shop', { root: dirname(fileURLToPath(import.meta.url)) });
const create = new ServerlessFunction(service, 'Create', {
  entry: 'handlers/create-order.ts',
  links: { orders: new Queue(service, 'Orders') },
});
new HttpApi(service, 'Api', { routes: { 'POST /orders': create } });
const template = synthesize(stack, { bundle: true });
const native = Boolean(AwsFunction.of(create).lambda);
const loaded = Object.keys(createRequire(import.meta.url).cache);
console.log(JSON.stringify({ template, native, loaded, runtime: typeof http }));
