const { GoogleProvider } = require('@cdktf/provider-google/lib/provider/index.js');
const { App, TerraformStack } = require('cdktf');
const { HttpApi, Queue, ServerlessFunction, Service } = require('faasten');
const { GoogleFunction } = require('faasten/google');
const { http } = require('faasten/runtime');
const { synthesize } = require('faasten/testing');

function unit() {
  const stack = new TerraformStack(new App(), 'shop');
  new GoogleProvider(stack, 'google', { project: 'tea-shop', region: 'europe-west1' });
  return stack;
}

const stack = unit();
const service = new Service(stack, 'Shop', { root: __dirname });
const create = new ServerlessFunction(service, 'Create', {
  entry: 'handlers/create-order.ts',
  links: { orders: new Queue(service, 'Orders') },
});
new HttpApi(service, 'Api', { routes: { 'POST /orders': create } });
const template = synthesize(stack, { bundle: true });
const native = Boolean(GoogleFunction.of(create).function);
const loaded = Object.keys(require.cache);
console.log(JSON.stringify({ template, native, loaded, runtime: typeof http }));
