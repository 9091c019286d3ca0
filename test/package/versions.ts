/** Frameworks that consumers have: the versions this package is developed with, and others that it must hold with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const { devDependencies } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8'));
const own = (name: string): Record<string, string> => ({ [name]: devDependencies[name] });

export const VERSIONS = {
  /** `cdk init` gives the newest; cdktn wants less than 10.8. */
  constructs: { newest: '10.8.1', older: devDependencies.constructs as string },
  cdk: own('aws-cdk-lib'),
  cdktf: own('cdktf'),
  cdktn: { cdktf: 'npm:cdktn@0.24.0' },
  google: own('@cdktf/provider-google'),
  cdk8s: own('cdk8s'),
};
