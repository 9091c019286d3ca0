import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { minified } from './support.js';

const drivers = {
  'links/sqs': 'sqs',
  'links/sns': 'sns',
  'links/eventbridge': 'eventbridge',
  'links/s3': 's3',
  'links/lambda': 'lambda',
  'links/pubsub': 'pubsub',
  'links/gcs': 'gcs',
  'links/cloudfunction': 'cloudfunction',
  'links/broker': 'broker',
  'links/s3http': 's3http',
  'links/http': 'http',
  'secrets/env': 'env',
  'secrets/secretsmanager': 'secretsmanager',
  'secrets/ssm': 'ssm',
};

test.each(Object.entries(drivers))('%s, with all it needs, is below 3.3 kB in a bundle', async (file, name) => {
  const bytes = gzipSync(await minified(file, name), { level: 9 }).length;
  expect(bytes).toBeGreaterThan(100);
  expect(bytes).toBeLessThan(3300);
});
