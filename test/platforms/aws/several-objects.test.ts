import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serve } from '../../../lib/runtime/adapters/lambda.js';
import { objects } from '../../../lib/runtime/index.js';
import { objectsInput } from '../../../lib/runtime/wire.js';

const payload = readFileSync(join(__dirname, '../../runtime/payloads/eventbridge-s3-created.json'), 'utf8');

/** What EventBridge makes of a template, for the one variable that faasten uses. */
const transformed = (template: string) => JSON.parse(template.replace('<aws.events.event.json>', payload));

test('a function with several triggers on one bucket knows which one it was', async () => {
  const bucket = JSON.parse(payload).detail.bucket.name;
  const seen: (string | undefined)[][] = [];
  const handler = serve(
    objects(async (event, context) => {
      seen.push([context.trigger, event.bucket, event.key]);
    }),
    { kinds: ['objects'], routes: [], links: {}, secrets: {}, environment: { FAASTEN_SOURCE_Raw: bucket } },
  );
  const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => 1000 };
  const { key } = JSON.parse(payload).detail.object;
  await handler(JSON.parse(payload), context);
  await handler(transformed(objectsInput('Gone')), context);
  expect(seen).toEqual([
    ['Raw', bucket, key],
    ['Gone', bucket, key],
  ]);
});
