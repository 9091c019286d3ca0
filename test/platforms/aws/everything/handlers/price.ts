import { call } from 'faasten/runtime';

export default call(async ({ product }: { product: string }) => ({ cents: product.length * 100 }));
