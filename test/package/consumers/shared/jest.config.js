// What `cdk init app --language typescript` writes, and with TRANSFORM=ts-jest what it wrote before.
const transform = process.env.TRANSFORM === 'ts-jest' ? ['ts-jest', { tsconfig: 'tsconfig.jest.json' }] : ['@swc/jest'];
module.exports = {
  testEnvironment: 'node',
  // Loading aws-cdk-lib on a busy machine takes longer than jest's 5 seconds.
  testTimeout: 60_000,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.tsx?$': transform },
};
