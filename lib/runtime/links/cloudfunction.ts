import type { FunctionClient } from '../clients.js';
import { halves } from './address.js';
import { callAt } from './call.js';
import type { LinkDriver } from './driver.js';
import { identityHeader } from './google.js';
import { publishTo } from './publish.js';

/**
 * Functions on Google Cloud. A call carries an identity token of the caller's service account, which the called function lets in
 * by its IAM policy: https://cloud.google.com/run/docs/authenticating/service-to-service
 */
export const cloudfunction: LinkDriver = (link) => {
  const [base, topic] = halves(link.address);
  const client: Pick<FunctionClient, 'call' | 'start'> = {
    call: (input) => callAt(link, base, input, () => identityHeader(link, base)),
    start: (input) => publishTo(link, 'start', topic, input),
  };
  return client;
};
