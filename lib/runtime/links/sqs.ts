import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { QueueClient } from '../clients.js';
import { halves } from './address.js';
import { answered, fifoParameters, messageAttributes, perRegion } from './aws.js';
import type { LinkDriver } from './driver.js';
import { checkedAttributes, checkedDelay, toJson } from './message.js';

const client = perRegion((settings) => new SQSClient(settings));

/** Queues on Amazon SQS. The SDK repeats what failed for a passing reason, so a message may arrive twice. */
export const sqs: LinkDriver = (link) => {
  const [QueueUrl, deduplication] = halves(link.address);
  const region = /^https:\/\/sqs\.([a-z0-9-]+)\./.exec(QueueUrl)?.[1];
  const queue: Pick<QueueClient, 'send'> = {
    async send(message, options) {
      const command = new SendMessageCommand({
        QueueUrl,
        MessageBody: toJson(link, 'send', message),
        MessageAttributes: messageAttributes(checkedAttributes(link, 'send', options)),
        DelaySeconds: checkedDelay(link, options?.delaySeconds),
        ...fifoParameters(link, 'send', QueueUrl, deduplication, options),
      });
      await answered(link, 'send', client(region).send(command));
    },
  };
  return queue;
};
