import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'faasten';
import { Shop } from '../../../../bin/shop/shop.js';

// The shop as bin/aws.ts places it, and its address for the test.
const stack = new Stack(new App(), 'shop');
const shop = new Shop(stack, 'Shop');
new CfnOutput(stack, 'Url', { value: (shop.node.findChild('Api') as HttpApi).url });
