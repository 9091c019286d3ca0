/** The kinds of APIs on AWS, with what may stand before them, by judges that nobody here wrote. */
import { App, Stack } from 'aws-cdk-lib';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { HttpApi, ServerlessFunction, WebSocketApi } from '../../../lib/index.js';
import { AwsApi } from '../../../lib/platforms/aws/index.js';
import { synthesize, withoutBundling } from '../../../lib/testing/index.js';
import { available, cdkNag, cdkRules, cfnLint } from '../../engines/cloudformation.js';
import { missing } from '../../engines/engine.js';
import { entry } from './template.js';

function apis(): Stack {
  const stack = new Stack(withoutBundling(new App()), 'shop', { env: { account: '123456789012', region: 'eu-west-1' } });
  const hostedZone = HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'shop.example' });
  const mutualTls = { bucket: Bucket.fromBucketName(stack, 'Authorities', 'authorities'), key: 'partners.pem' };
  const hello = new ServerlessFunction(stack, 'Hello', { entry });
  const routes = { 'POST /orders': { handler: hello, schema: { body: z.object({ id: z.string() }) } } };
  const domain = (name: string) => ({ name, hostedZone, basePath: 'v1' });
  const tuned = (id: string, settings: Parameters<typeof AwsApi.tune>[0]) =>
    new HttpApi(stack, id, { routes, throttle: { requestsPerSecond: 10 }, tuning: [AwsApi.tune(settings)] });
  tuned('Http', {
    domain: { ...domain('api.shop.example'), mutualTls },
    stages: { beta: { variables: { color: 'blue' }, throttle: { rateLimit: 5, burstLimit: 5 } } },
  });
  tuned('Rest', { domain: domain('rest.shop.example'), requestValidation: true, usagePlans: { Basic: { keys: ['Partner'] } } });
  const sockets = new WebSocketApi(stack, 'Sockets', { throttle: { requestsPerSecond: 10 } });
  sockets.addRoute('$connect', hello);
  sockets.addRoute('say', { handler: hello, replies: true });
  return stack;
}

test('the CDK’s own rules find nothing', () => {
  expect(cdkRules(synthesize(apis()))).toEqual([]);
});

test.skipIf(missing('cfn-lint', available()))('cfn-lint finds nothing but a DependsOn that the CDK always writes', () => {
  expect(cfnLint(synthesize(apis())).filter(({ rule }) => rule !== 'W3005')).toEqual([]);
});

test('cdk-nag finds what the owner decides, or a rule cannot read', () => {
  const accepted: Record<string, string> = {
    'AwsSolutions-APIG3': 'no firewall is wanted here; webAclArn sets one',
    'AwsSolutions-APIG4': 'these APIs are public',
    // Execution logs would hold the requests themselves.
    'AwsSolutions-APIG6': 'what happened to each request is in the access log',
    'Serverless-LambdaDLQ': 'the function answers requests only, whose caller gets the error',
    'Serverless-LambdaTracing': 'traces are paid for by the piece',
    'Serverless-APIGWXrayEnabled': 'traces are paid for by the piece',
    'AwsSolutions-COG4': 'these APIs are public',
  };
  const found = [...new Set(cdkNag(apis()).map(({ rule }) => rule))];
  expect(found.filter((rule) => !(rule in accepted))).toEqual([]);
  expect(Object.keys(accepted).filter((rule) => !found.includes(rule))).toEqual([]);
});
