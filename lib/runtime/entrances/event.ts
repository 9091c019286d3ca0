import { validated } from '../schema.js';
import type { Entrance } from './entrance.js';

/** Events of EventBridge, as they are or under the name of their trigger; those of S3 and of old schedules have kinds of their own. */
export const event: Entrance = {
  takes: (input) =>
    input?.faasten === 'event' ||
    (typeof input?.['detail-type'] === 'string' && input.source !== 'aws.s3' && input['detail-type'] !== 'Scheduled Event'),

  async answer(input, dispatcher, about) {
    const { id, 'detail-type': type, source, time, detail } = input.faasten ? input.event : input;
    // Only the local platform tells the attempt.
    const attempt = (input.faasten && input.attempt) || 1;
    await dispatcher.run({ ...about, kind: 'event', trigger: input.faasten && input.name }, attempt, async (context, course) => {
      try {
        const { schema, run } = dispatcher.part('event');
        const data = await validated(schema, detail, `event '${id}'`);
        await run({ id, type, source, time: new Date(time), data }, await dispatcher.ready(context));
      } catch (error) {
        course.error = error;
        context.log.error('event failed', { events: [id], error });
        throw new Error('1 events failed');
      }
    });
    return undefined;
  },
};
