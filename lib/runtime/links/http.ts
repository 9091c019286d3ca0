import type { FunctionClient } from '../clients.js';
import { halves } from './address.js';
import { callAt } from './call.js';
import type { LinkDriver } from './driver.js';
import { postEvent } from './event.js';

/** Functions inside a Kubernetes cluster: called over plain HTTP, started through a broker. */
export const http: LinkDriver = (link) => {
  const [base, start] = halves(link.address);
  const client: Pick<FunctionClient, 'call' | 'start'> = {
    call: (input) => callAt(link, base, input),
    start: (input) => postEvent(link, 'start', start, input),
  };
  return client;
};
