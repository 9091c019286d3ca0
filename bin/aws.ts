import { App, Stack } from 'aws-cdk-lib';
import { Shop } from './shop/shop.js';

// The CDK's command says where to write; without it (npm start) this does.
const app = new App({ outdir: process.env.CDK_OUTDIR ?? 'out/aws' });
new Shop(new Stack(app, 'shop', { description: 'A tea shop, made with faasten' }), 'Shop');
app.synth();
