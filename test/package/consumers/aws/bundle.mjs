// Runs what `cdk deploy` would upload, with an event of an HTTP API.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App, Stack } from 'aws-cdk-lib';
import { HttpApi, ServerlessFunction, Service } from 'faasten';

const app = new App({ outdir: 'out' });
const service = new Service(new Stack(app, 'shop'), 'Shop');
const hello = new ServerlessFunction(service, 'Hello', { entry: 'handlers/hello.ts' });
new HttpApi(service, 'Api', { routes: { 'GET /hello/{name}': hello } });
const assembly = app.synth();
const { template } = assembly.getStackByName('shop');
const { Properties } = Object.values(template.Resources).find(({ Type }) => Type === 'AWS::Lambda::Function');
for (const [name, value] of Object.entries(Properties.Environment.Variables)) process.env[name] = JSON.stringify(value);
// What it reports of the invocation would be printed, too.
delete process.env.FAASTEN_METRICS;
const folder = join(assembly.directory, `asset.${Properties.Code.S3Key.replace('.zip', '')}`);
const { handler } = await import(pathToFileURL(join(folder, 'index.mjs')).href);
const http = { method: 'GET', path: '/hello/Ada', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' };
const event = {
  version: '2.0',
  routeKey: 'GET /hello/{name}',
  rawPath: '/hello/Ada',
  rawQueryString: '',
  headers: { host: 'localhost' },
  requestContext: { http, domainName: 'localhost', requestId: '1', routeKey: 'GET /hello/{name}', stage: '$default' },
  pathParameters: { name: 'Ada' },
  isBase64Encoded: false,
};
const { statusCode, body } = await handler(event, { awsRequestId: '1', getRemainingTimeInMillis: () => 1000 });
console.log(JSON.stringify({ statusCode, body }));
