import type { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { allow } from './permissions.js';
import type { AwsFunctionTuning } from './tuning.js';

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
const NETWORK_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** Least privilege for what a function's own settings need. */
export function allowSettings(policy: PolicyDocument, { vpc }: Partial<AwsFunctionTuning>): void {
  // The network interfaces of a VPC; EC2 knows no narrower resource for a function's own.
  if (vpc) allow(policy, NETWORK_ACTIONS, '*');
}
