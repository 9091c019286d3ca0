import { defineConfig } from 'faasten';
import { Shop } from './bin/shop/shop.js';

/** The example, for faasten's own command: `npx faasten dev`. */
export default defineConfig((scope) => new Shop(scope, 'Shop'));
