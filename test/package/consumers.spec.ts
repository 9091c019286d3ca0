import { suite } from './suite.js';
import { VERSIONS } from './versions.js';

const { constructs, cdk, cdktf, cdktn, google, cdk8s } = VERSIONS;

suite('a project with only aws-cdk-lib, and the newest constructs', {
  name: 'aws',
  dependencies: { ...cdk, constructs: constructs.newest },
  runners: ['jest with swc', 'jest with ts-jest', 'vitest'],
});

suite('a project with only aws-cdk-lib, and older constructs', {
  name: 'aws',
  folder: 'aws-older',
  dependencies: { ...cdk, constructs: constructs.older },
  compilers: ['7'],
});

suite('a project with only cdktf and the google provider', {
  name: 'google',
  dependencies: { ...cdktf, ...google, constructs: constructs.older },
  runners: ['jest with ts-jest', 'vitest'],
});

suite('a project with cdktn in place of cdktf', {
  name: 'google',
  folder: 'cdktn',
  dependencies: { ...cdktn, ...google, constructs: constructs.older },
  overrides: { cdktf: '$cdktf' },
  compilers: ['7'],
});

suite('a project with only cdk8s', {
  name: 'kubernetes',
  dependencies: { ...cdk8s, constructs: constructs.older },
  runners: ['jest with ts-jest', 'vitest'],
});

suite('a project with only cdk8s, and the newest constructs', {
  name: 'kubernetes',
  folder: 'kubernetes-newest',
  dependencies: { ...cdk8s, constructs: constructs.newest },
  compilers: ['7'],
});
