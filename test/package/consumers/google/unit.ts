import { GoogleProvider } from '@cdktf/provider-google/lib/provider/index.js';
import { App, TerraformStack } from 'cdktf';
import type { ServerlessFunction } from 'faasten';
import { GoogleFunction } from 'faasten/google';

export function unit(): TerraformStack {
  const stack = new TerraformStack(new App(), 'shop');
  new GoogleProvider(stack, 'google', { project: 'tea-shop', region: 'europe-west1' });
  return stack;
}

export const native = (fn: ServerlessFunction<any>) => GoogleFunction.of(fn).function;
