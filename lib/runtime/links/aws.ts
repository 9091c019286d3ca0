import { LinkError, type SendOptions } from '../clients.js';
import { outgoing, TRACE_ATTRIBUTE } from '../trace.js';
import type { LinkConfiguration } from './driver.js';
import { checkedOrder } from './message.js';

/** Settings of the SDK's clients that drivers use. */
export interface AwsSettings {
  readonly region?: string;
  readonly maxAttempts?: number;
  readonly requestHandler?: { readonly connectionTimeout?: number; readonly socketTimeout?: number };
  readonly requestChecksumCalculation?: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED';
  readonly responseChecksumValidation?: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED';
}

/** An attribute of a message, as SQS and SNS know it. */
export interface AwsAttribute {
  readonly DataType: string;
  readonly StringValue: string;
}

/** Milliseconds until a connection stands, and between two signs of life on it. The SDK by itself waits forever. */
export const PATIENCE = { connectionTimeout: 3_000, socketTimeout: 30_000 };

/** One client for each region and process: connections and credentials are shared by all links. */
export function perRegion<T>(make: (settings: AwsSettings) => T, settings: AwsSettings = {}): (region?: string) => T {
  const made = new Map<string | undefined, T>();
  return (region) => {
    let client = made.get(region);
    if (!client) {
      client = make({ requestHandler: PATIENCE, ...settings, ...(region ? { region } : {}) });
      made.set(region, client);
    }
    return client;
  };
}

/** Region of an ARN; the function's own without one. */
export function regionOf(arn: string): string | undefined {
  return arn.startsWith('arn:') ? arn.split(':')[3] || undefined : undefined;
}

/** What AWS answered, in words, and its status. Never the SDK's error itself, which holds the request. */
export function explained(error: unknown): { words: string; status?: number } {
  const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  // The message of a wrong signature quotes the signed headers, the session token among them.
  const words = /signature/i.test(name) ? name : `${name}: ${message}`;
  return { words: status === undefined ? `failed: ${words}` : `was answered ${status} ${words}`, status };
}

export async function answered<T>(link: LinkConfiguration, operation: string, sent: Promise<T>): Promise<T> {
  try {
    return await sent;
  } catch (error) {
    const { words, status } = explained(error);
    throw new LinkError(`link '${link.name}': ${operation} ${words}`, status);
  }
}

/** Attributes of a message in the form of SQS and SNS alike, and the trace where there is room for it: ten is all that SQS takes. */
export function messageAttributes(given: readonly [string, string][]): Record<string, AwsAttribute> {
  const traceparent = outgoing();
  const attributes = traceparent && given.length < 10 ? [...given, [TRACE_ATTRIBUTE, traceparent] as const] : given;
  return Object.fromEntries(attributes.map(([name, value]) => [name, { DataType: 'String', StringValue: value }]));
}

/**
 * Group and deduplication id of a message to a queue or topic with order, which AWS names `….fifo`. Each sending has an id of its own,
 * so that what the SDK repeats arrives once; none where the content is the id (`#content`).
 */
export function fifoParameters(
  link: LinkConfiguration,
  operation: string,
  address: string,
  deduplication: string,
  options?: SendOptions,
): { MessageGroupId?: string; MessageDeduplicationId?: string } {
  const { group, deduplicationId } = checkedOrder(link, operation, options);
  if (!address.endsWith('.fifo')) {
    if (group === undefined && deduplicationId === undefined) return {};
    throw new LinkError(
      `link '${link.name}': ${operation} got a group, but it keeps no order; set fifo: true where it is declared`,
    );
  }
  if (group === undefined)
    throw new LinkError(`link '${link.name}': ${operation} got no group; give one, as its order is kept by group`);
  return {
    MessageGroupId: group,
    MessageDeduplicationId: deduplicationId ?? (deduplication === 'content' ? undefined : crypto.randomUUID()),
  };
}
