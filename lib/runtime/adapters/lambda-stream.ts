import type { Writable } from 'node:stream';
import { apiGatewayHead, apiGatewayResponse, isFunctionUrl } from '../decode/api-gateway.js';
import type { ServeOptions } from '../serve.js';
import { invoker, type LambdaContext } from './lambda.js';

/** What Lambda's Node.js runtimes have. https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html */
declare const awslambda: {
  streamifyResponse<T>(handler: T): T;
  HttpResponseStream: { from(stream: Writable, head: object): Writable };
};

/**
 * The function as Lambda calls it where its URL streams: an answer is sent as it is made. What comes another way, from an API, is
 * answered as a whole.
 */
export function serve(entry: unknown, options: ServeOptions) {
  const invoke = invoker(entry, options);
  return awslambda.streamifyResponse(async (event: any, stream: Writable, context: LambdaContext): Promise<void> => {
    const answer = await invoke(event, context, async (response) => {
      if (!isFunctionUrl(event)) return apiGatewayResponse(event, response);
      const body = awslambda.HttpResponseStream.from(stream, apiGatewayHead(event, response));
      // The head goes with the first write, which an answer without a body would not have.
      body.write('');
      for await (const chunk of response.body ?? []) if (!body.write(chunk)) await drained(body);
      body.end();
      return undefined;
    });
    if (!stream.writableEnded) stream.end(JSON.stringify(answer ?? null));
  });
}

function drained(stream: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('drain', resolve);
    stream.once('error', reject);
  });
}
