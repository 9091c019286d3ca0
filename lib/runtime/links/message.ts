import { type FifoSendOptions, LinkError, type QueueSendOptions, type SendOptions } from '../clients.js';
import type { LinkConfiguration } from './driver.js';

/** Most attributes of one message: what SQS takes. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MAX_ATTRIBUTES = 10;

/** A value as the JSON that travels. `undefined` travels as `null`. */
export function toJson(link: LinkConfiguration, operation: string, value: unknown): string {
  let json: string;
  try {
    json = JSON.stringify(value) ?? 'null';
  } catch (error) {
    throw new LinkError(`link '${link.name}': ${operation} got a value that is no JSON: ${(error as Error).message}`);
  }
  // The only characters JSON leaves as they are and SQS refuses.
  return json.replace(/[\uFFFE\uFFFF]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}

/**
 * Attributes of a message, refused where one target would not take them: the rule is the narrowest of all, so that a handler that
 * works on one target works on each.
 */
export function checkedAttributes(link: LinkConfiguration, operation: string, options?: SendOptions): [string, string][] {
  const attributes = Object.entries(options?.attributes ?? {});
  const fail = (problem: string) => {
    throw new LinkError(`link '${link.name}': ${operation} got ${problem}`);
  };
  if (attributes.length > MAX_ATTRIBUTES) fail(`${attributes.length} attributes; give ${MAX_ATTRIBUTES} at most`);
  for (const [name, value] of attributes) {
    if (!/^[a-z0-9]{1,20}$/.test(name)) fail(`the attribute ${JSON.stringify(name)}; use up to 20 lower case letters and digits`);
    if (typeof value !== 'string' || !/^[^\p{Cc}\p{Cs}\uFFFE\uFFFF]{1,256}$/u.test(value)) {
      fail(`${JSON.stringify(value)} as attribute '${name}'; give 1 to 256 characters, no control characters among them`);
    }
  }
  return attributes;
}

/**
 * Group and deduplication id, where they are given, in the narrowest form of all targets: that of SQS and SNS.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export function checkedOrder(link: LinkConfiguration, operation: string, options?: SendOptions): Partial<FifoSendOptions> {
  const { group, deduplicationId } = (options ?? {}) as Partial<FifoSendOptions>;
  for (const [name, value] of Object.entries({ group, deduplicationId })) {
    if (value !== undefined && !(typeof value === 'string' && /^[!-~]{1,128}$/.test(value))) {
      const wrong = `${name} ${JSON.stringify(value)}; give 1 to 128 letters, digits and punctuation`;
      throw new LinkError(`link '${link.name}': ${operation} got the ${wrong}`);
    }
  }
  return { group, deduplicationId };
}

/** Seconds for which a message is hidden, where they are given. */
export function checkedDelay(link: LinkConfiguration, seconds: unknown): number | undefined {
  if (seconds === undefined || (Number.isInteger(seconds) && Number(seconds) >= 0 && Number(seconds) <= 900)) {
    return seconds as number | undefined;
  }
  throw new LinkError(`link '${link.name}': send got delaySeconds ${JSON.stringify(seconds)}; give 0 to 900 whole seconds`);
}

/** Options that a target has nothing for; `reasons` by name. Ignoring them would be worse than an error. */
export function refuse(
  link: LinkConfiguration,
  operation: string,
  options: (SendOptions & QueueSendOptions & Partial<FifoSendOptions>) | undefined,
  reasons: Partial<Record<'delaySeconds' | 'deduplicationId' | 'group', string>>,
): void {
  for (const [name, reason] of Object.entries(reasons)) {
    if (options?.[name as keyof typeof reasons] !== undefined) {
      throw new LinkError(`link '${link.name}': ${operation} got ${name}, and ${reason}`);
    }
  }
}
