import { mkdirSync } from 'node:fs';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider/index.js';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import { Shop } from './shop/shop.js';

// cdktf makes the last folder of a path only.
mkdirSync('out', { recursive: true });
const app = new App({ outdir: 'out/google' });
const stack = new TerraformStack(app, 'shop');
// Where cdktf would put it, by a path that is the same on every machine.
new LocalBackend(stack, { path: '../../../../terraform.shop.tfstate' });
new GoogleProvider(stack, 'google', { project: 'tea-shop', region: 'europe-west1' });
new Shop(stack, 'Shop');
app.synth();
