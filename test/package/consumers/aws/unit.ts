import { App, Stack } from 'aws-cdk-lib';
import type { ServerlessFunction } from 'faasten';
import { AwsFunction } from 'faasten/aws';

export function unit(): Stack {
  return new Stack(new App(), 'shop');
}

export const native = (fn: ServerlessFunction<any>) => AwsFunction.of(fn).lambda;
