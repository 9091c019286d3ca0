import type { Schema } from '../schema.js';
import type { Entrance } from './entrance.js';

/** How records of one service are read. */
export interface RecordDecoder {
  readonly kind: 'changes' | 'stream';
  /** As it stands in ARNs. */
  readonly service: 'dynamodb' | 'kinesis';
  sequenceOf(record: any): string;
  /** The record without its `retry`. @throws when it does not fit the schema */
  decode(record: any, schema: Schema<any, any> | undefined): Promise<object>;
}

/**
 * Batches of a stream. Lambda goes on after a batch from the first record that failed, so that what follows it is not handed over
 * where it is known beforehand, and comes again in any case.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
 */
export function streamEntrance({ kind, service, sequenceOf, decode }: RecordDecoder): Entrance {
  const arnOf = (event: any): string | undefined => event?.Records?.[0]?.eventSourceARN ?? event?.eventSourceARN;
  return {
    takes: (event) => arnOf(event)?.split(':')[2] === service,

    async answer(event, dispatcher, about) {
      const records: any[] = event.Records ?? [];
      const { window, state = {} } = event;
      let failed = records.length;
      let lost: unknown;
      let returned: unknown;
      await dispatcher.run(
        { ...about, kind, trigger: dispatcher.environment.triggerOf(arnOf(event)!) },
        1,
        async (context, course) => {
          const fail = (index: number, error: unknown) => {
            failed = Math.min(failed, index);
            course.error = error;
            const ids = records.slice(index, index + 1).map(({ eventID }) => eventID);
            context.log.error(`${kind} failed`, { events: ids, error });
          };
          try {
            const { schema, run } = dispatcher.part(kind);
            const taken: object[] = [];
            for (const [index, record] of records.entries()) {
              try {
                taken.push({ ...(await decode(record, schema)), retry: () => (failed = Math.min(failed, index)) });
              } catch (error) {
                fail(index, error);
                break;
              }
            }
            if (taken.length === 0 && records.length > 0) return;
            const more = { state, window: window && windowOf(event) };
            returned = await run(taken, { ...(await dispatcher.ready(context)), ...more });
          } catch (error) {
            lost = error;
            fail(0, error);
          }
        },
      );
      // The last call of a window may have no record that could be named.
      if (lost && records.length === 0) throw new Error('the end of the window failed');
      const batchItemFailures = records.slice(failed, failed + 1).map((record) => ({ itemIdentifier: sequenceOf(record) }));
      return { batchItemFailures, ...(window && { state: returned ?? state }) };
    },
  };
}

function windowOf({ window, isFinalInvokeForWindow, isWindowTerminatedEarly }: any): object {
  return {
    start: new Date(window.start),
    end: new Date(window.end),
    final: isFinalInvokeForWindow === true,
    early: isWindowTerminatedEarly === true,
  };
}
