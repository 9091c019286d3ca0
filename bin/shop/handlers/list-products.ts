import { http } from 'faasten/runtime';
import { products } from '../model.js';

export default http(async () => Response.json(products, { headers: { 'cache-control': 'public, max-age=300' } }));
