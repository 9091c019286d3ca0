/** Projects with no framework, and with all of them. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Consumer, consumer, copy, nodes } from './consumer.js';
import { expectLoaded } from './suite.js';
import { VERSIONS } from './versions.js';

const { constructs, cdk, cdktf, google, cdk8s } = VERSIONS;

describe.each(nodes())('a project without a framework, Node %s', (_, path) => {
  let project: Consumer;
  beforeAll(() => {
    project = consumer({ name: 'bare', dependencies: { constructs: constructs.newest } });
  });

  test('loads the portable API, and names the package that a platform misses', () => {
    const { refusals, runtime } = project.json(['bare.cjs'], path);
    const sentence = (platform: string, module: string, path = module) =>
      `FaastenError peer-missing: cannot load the ${platform} platform for 'unit/Shop/Hello': the package '${module}' is not ` +
      `installed (Cannot find module '${path}'); run: npm install ${module}`;
    expect(refusals).toMatchObject({
      aws: sentence('aws', 'aws-cdk-lib', refusals.aws.match(/module '([^']+)'/)?.[1]),
      google: expect.stringMatching(/^FaastenError peer-missing: .*; run: npm install (cdktf|@cdktf\/provider-google)$/),
      kubernetes: sentence('kubernetes', 'cdk8s'),
      none: expect.stringMatching(/^FaastenError platform-unknown: /),
    });
    expect(refusals.aws).toMatch(/Cannot find module 'aws-cdk-lib(\/|'\))/);
    expect(runtime).toBe('function');
  });

  test('imports it by name', () => {
    expect(project.json(['bare.mjs'], path).imported).toEqual(Array(5).fill('function'));
  });
});

describe('a project with every framework', () => {
  let project: Consumer;
  beforeAll(() => {
    const dependencies = { ...cdk, ...cdktf, ...google, ...cdk8s, constructs: constructs.older };
    project = consumer({ name: 'all', dependencies });
  });

  describe.each(['aws', 'google', 'kubernetes'] as const)('and a service on %s', (name) => {
    test.each(['host.cjs', 'host.mjs'])('%s loads nothing of the others', (file) => {
      for (const source of ['shared', name]) copy(source, join(project.folder, name));
      const { loaded, native } = project.json([join(name, file)]);
      expect(native).toBe(true);
      expectLoaded(loaded, name);
    });
  });
});
