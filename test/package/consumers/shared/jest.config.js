// What `cdk init app --language typescript` writes, and with TRANSFORM=ts-jest what it wrote before.
const transform = process.env.TRANSFORM === 'ts-jest' ? ['ts-jest', { tsconfig: 'tsconfig.jest.json' }] : ['@swc/jest'];
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.tsx?$': transform },
};
