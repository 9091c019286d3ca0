import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { LinkError, type QueueClient } from '../clients.js';
import { halves } from './address.js';
import { answered, fifoParameters, messageAttributes, perRegion } from './aws.js';
import type { LinkConfiguration, LinkDriver } from './driver.js';
import { checkedAttributes, toJson } from './message.js';

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

function checkedDelay(link: LinkConfiguration, seconds: unknown): number | undefined {
  if (seconds === undefined || (Number.isInteger(seconds) && Number(seconds) >= 0 && Number(seconds) <= 900)) {
    return seconds as number | undefined;
  }
  throw new LinkError(`link '${link.name}': send got delaySeconds ${JSON.stringify(seconds)}; give 0 to 900 whole seconds`);
}
