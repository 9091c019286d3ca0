// Unpacks what the manifests hold for the container.
import { brotliDecompressSync } from 'node:zlib';
import { App, Chart } from 'cdk8s';
import { HttpApi, ServerlessFunction, Service } from 'faasten';

const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
const service = new Service(chart, 'Shop');
const hello = new ServerlessFunction(service, 'Hello', { entry: 'handlers/hello.ts' });
new HttpApi(service, 'Api', { routes: { 'GET /hello/{name}': hello } });
const values = chart.toJson().flatMap(({ binaryData }) => Object.values(binaryData ?? {}));
const texts = values.map((value) => brotliDecompressSync(Buffer.from(value, 'base64')).toString());
const code = texts.filter((text) => text.includes('hello from the tarball') && !text.startsWith('{'));
console.log(JSON.stringify({ statusCode: code.length === 1 ? 200 : 0, body: code.join() }));
