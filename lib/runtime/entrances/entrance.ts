import type { Dispatcher, Invocation } from '../dispatch.js';

/**
 * A kind of event of Lambda's that few functions get: a bundle holds only the entrances that its function needs. The adapter asks
 * them before it looks at anything else.
 */
export interface Entrance {
  takes(event: any): boolean;
  /** @throws what Lambda is to report; the reason is logged already */
  answer(event: any, dispatcher: Dispatcher, about: Omit<Invocation, 'kind'>): Promise<unknown>;
}
