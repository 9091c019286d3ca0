// The example on this machine, until Ctrl+C.
import { LocalApp, startLocal } from 'faasten/local';
import { Shop } from './shop/shop.js';

const app = new LocalApp();
new Shop(app, 'Shop');

void startLocal(app).then((running) => {
  console.log(`faasten: the shop listens on ${Object.values(running.urls).join(', ')}`);
  process.once('SIGINT', () => void running.close());
});
