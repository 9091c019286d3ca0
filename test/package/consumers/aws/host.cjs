const { App, Stack } = require('aws-cdk-lib');
const { HttpApi, Queue, ServerlessFunction, Service } = require('faasten');
const { AwsFunction } = require('faasten/aws');
const { http } = require('faasten/runtime');
const { synthesize } = require('faasten/testing');

function unit() {
  return new Stack(new App(), 'shop');
}

const stack = unit();
const service = new Service(stack, 'Shop', { root: __dirname });
const create = new ServerlessFunction(service, 'Create', {
  entry: 'handlers/create-order.ts',
  links: { orders: new Queue(service, 'Orders') },
});
new HttpApi(service, 'Api', { routes: { 'POST /orders': create } });
const template = synthesize(stack, { bundle: true });
const native = Boolean(AwsFunction.of(create).lambda);
const loaded = Object.keys(require.cache);
console.log(JSON.stringify({ template, native, loaded, runtime: typeof http }));
