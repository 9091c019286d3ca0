import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { TopicClient } from '../clients.js';
import { halves } from './address.js';
import { answered, fifoParameters, messageAttributes, perRegion, regionOf } from './aws.js';
import type { LinkDriver } from './driver.js';
import { checkedAttributes, toJson } from './message.js';

const client = perRegion((settings) => new SNSClient(settings));

/** Topics on Amazon SNS. The SDK repeats what failed for a passing reason, so a message may arrive twice. */
export const sns: LinkDriver = (link) => {
  const [TopicArn, deduplication] = halves(link.address);
  const topic: Pick<TopicClient, 'publish'> = {
    async publish(message, options) {
      const command = new PublishCommand({
        TopicArn,
        Message: toJson(link, 'publish', message),
        MessageAttributes: messageAttributes(checkedAttributes(link, 'publish', options)),
        ...fifoParameters(link, 'publish', TopicArn, deduplication, options),
      });
      await answered(link, 'publish', client(regionOf(TopicArn)).send(command));
    },
  };
  return topic;
};
