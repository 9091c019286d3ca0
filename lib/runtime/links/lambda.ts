import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { type FunctionClient, LinkError } from '../clients.js';
import { outgoing } from '../trace.js';
import { answered, PATIENCE, perRegion, regionOf } from './aws.js';
import type { LinkDriver } from './driver.js';
import { toJson } from './message.js';
import { pause } from './request.js';

/** How often a call is sent at most, where Lambda does not let it in. */
const ATTEMPTS = 4;

/** Milliseconds without a sign of life, as the other function works: none works longer than 15 minutes. */
const LONGEST = 905_000;

/** What was called must not be called a second time, so the SDK is not to try again. */
const caller = perRegion((settings) => new LambdaClient(settings), {
  maxAttempts: 1,
  requestHandler: { ...PATIENCE, socketTimeout: LONGEST },
});
const starter = perRegion((settings) => new LambdaClient(settings));

/** Functions on AWS Lambda. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export const lambda: LinkDriver = (link) => {
  const FunctionName = link.address;
  const region = regionOf(FunctionName);
  const fn: Pick<FunctionClient, 'call' | 'start'> = {
    async call(input) {
      const Payload = toJson(link, 'call', input);
      for (let attempt = 1; ; attempt += 1) {
        try {
          const command = new InvokeCommand({ FunctionName, InvocationType: 'RequestResponse', Payload, ...clientContext() });
          const answer = await answered(link, 'call', caller(region).send(command));
          const text = new TextDecoder().decode(answer.Payload);
          if (answer.FunctionError) throw failed(link.name, text);
          return text === '' ? undefined : JSON.parse(text);
        } catch (error) {
          // 429: Lambda did not begin. Anything else may have happened already.
          if (!(error instanceof LinkError) || error.status !== 429 || attempt === ATTEMPTS) throw error;
          await pause(attempt);
        }
      }
    },
    async start(input) {
      const command = new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: toJson(link, 'start', input) });
      await answered(link, 'start', starter(region).send(command));
    },
  };
  return fn;
};

/**
 * Lambda hands it to the function of a call. Of what is only started it does not; there the SDK passes X-Ray's own header on.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
function clientContext(): { ClientContext?: string } {
  const traceparent = outgoing();
  return traceparent ? { ClientContext: Buffer.from(JSON.stringify({ custom: { traceparent } })).toString('base64') } : {};
}

/** The called function threw: its answer is the error. Lambda itself answers 200; 500 is what other targets say. */
function failed(name: string, payload: string): LinkError {
  let words = payload.slice(0, 300);
  try {
    const { errorType, errorMessage } = JSON.parse(payload) as { errorType?: string; errorMessage?: string };
    words = [errorType, errorMessage].filter(Boolean).join(': ');
  } catch {}
  return new LinkError(`link '${name}': call failed in the function: ${words}`, 500);
}
