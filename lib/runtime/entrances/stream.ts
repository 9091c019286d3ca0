import { Buffer } from 'node:buffer';
import { validated } from '../schema.js';
import { parsed } from '../text.js';
import { streamEntrance } from './stream-entrance.js';

/** Records of a Kinesis data stream. https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
export const stream = streamEntrance({
  kind: 'stream',
  service: 'kinesis',
  sequenceOf: ({ kinesis }) => kinesis.sequenceNumber,
  async decode({ eventID, kinesis }, schema) {
    const { data, partitionKey, sequenceNumber, approximateArrivalTimestamp } = kinesis;
    const bytes = Buffer.from(data, 'base64');
    const text = bytes.toString();
    return {
      id: eventID,
      sequence: sequenceNumber,
      time: new Date(approximateArrivalTimestamp * 1000),
      partitionKey,
      body: await validated(schema, parsed(text, text), `record '${eventID}'`),
      data: new Uint8Array(bytes),
    };
  },
});
