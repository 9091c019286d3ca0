import { App, Chart } from 'cdk8s';
import { Shop } from './shop/shop.js';

const app = new App({ outdir: 'out/kubernetes' });
new Shop(new Chart(app, 'shop', { namespace: 'shop' }), 'Shop');
app.synth();
