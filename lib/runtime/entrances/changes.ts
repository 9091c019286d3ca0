import { itemOf } from '../decode/attribute-value.js';
import { validated } from '../schema.js';
import { streamEntrance } from './stream-entrance.js';

const TYPES: Readonly<Record<string, string>> = { INSERT: 'inserted', MODIFY: 'updated', REMOVE: 'removed' };

/** Changes of a DynamoDB table. https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
export const changes = streamEntrance({
  kind: 'changes',
  service: 'dynamodb',
  sequenceOf: ({ dynamodb }) => dynamodb.SequenceNumber,
  async decode({ eventID, eventName, dynamodb, userIdentity }, schema) {
    const { Keys = {}, OldImage, NewImage, SequenceNumber, ApproximateCreationDateTime } = dynamodb;
    const image = async (item: any) => item && (await validated(schema, itemOf(item), `the item of change '${eventID}'`));
    return {
      id: eventID,
      sequence: SequenceNumber,
      // Seconds, or with a finer resolution, milliseconds or microseconds.
      time: new Date(
        ApproximateCreationDateTime *
          (ApproximateCreationDateTime < 1e11 ? 1000 : ApproximateCreationDateTime > 1e14 ? 0.001 : 1),
      ),
      type: TYPES[eventName],
      keys: itemOf(Keys),
      before: await image(OldImage),
      after: await image(NewImage),
      expired: userIdentity?.principalId === 'dynamodb.amazonaws.com',
    };
  },
});
