import { GoogleProvider } from '@cdktf/provider-google/lib/provider/index.js';
import { App, TerraformStack } from 'cdktf';
import { Shop } from './shop/shop.js';

const app = new App({ outdir: 'out/google' });
const stack = new TerraformStack(app, 'shop');
new GoogleProvider(stack, 'google', { project: 'tea-shop', region: 'europe-west1' });
new Shop(stack, 'Shop');
app.synth();
