import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, Chart } from 'cdk8s';
import { HttpApi, Queue, ServerlessFunction, Service } from 'faasten';
import { KubernetesFunction } from 'faasten/kubernetes';
import { http } from 'faasten/runtime';
import { synthesize } from 'faasten/testing';

function unit() {
  return new Chart(new App(), 'shop', { namespace: 'shop' });
}

const stack = unit();
const service = new Service(stack, 'Shop', { root: dirname(fileURLToPath(import.meta.url)) });
const create = new ServerlessFunction(service, 'Create', {
  entry: 'handlers/create-order.ts',
  links: { orders: new Queue(service, 'Orders') },
});
new HttpApi(service, 'Api', { routes: { 'POST /orders': create } });
const template = synthesize(stack, { bundle: true });
const native = Boolean(KubernetesFunction.of(create).service);
const loaded = Object.keys(createRequire(import.meta.url).cache);
console.log(JSON.stringify({ template, native, loaded, runtime: typeof http }));
