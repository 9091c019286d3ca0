import { apiGatewayRequest, placeOf } from '../decode/api-gateway.js';
import type { Admission } from '../handlers.js';
import type { Entrance } from './entrance.js';

/** API Gateway asks who may send a request: an HTTP API names the ARN of a route, REST and WebSocket APIs that of a method. */
export const authorizer: Entrance = {
  takes: (event) => event?.type === 'REQUEST' && typeof (event.routeArn ?? event.methodArn) === 'string',

  async answer(event, dispatcher, about) {
    // Connections of a WebSocket are requests to `/` without a method.
    const asked = apiGatewayRequest({
      ...event,
      httpMethod: event.httpMethod ?? 'GET',
      path: event.path ?? '/',
      body: undefined,
    });
    const admission = await dispatcher.run({ ...about, kind: 'authorizer' }, 1, async (context) => {
      try {
        const run = dispatcher.part('authorizer').run;
        const said = (await run(asked.request, { ...(await dispatcher.ready(context)), ...placeOf(event, asked) })) as Admission;
        if (said && typeof said.subject !== 'string')
          throw new TypeError('the handler answered neither { subject } nor undefined');
        return said || undefined;
      } catch (error) {
        context.log.error('the authorizer failed', { error });
        throw new Error('the authorizer failed');
      }
    });
    return answerTo(event, admission);
  },
};

/**
 * The answer, in the form of payload 2.0 (simple), or a policy. Claims travel as text, as only HTTP APIs take more than that.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
function answerTo(event: any, admission: Admission | undefined): object {
  const context = admission && { subject: admission.subject, claims: JSON.stringify(admission.claims ?? {}) };
  if (event.routeArn) return { isAuthorized: admission !== undefined, ...(context && { context }) };
  // All of the stage: what is kept for a while is kept by route, so that the policy need not name one.
  const [api, stage] = event.methodArn.split('/');
  return {
    principalId: admission?.subject || 'anonymous',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: admission ? 'Allow' : 'Deny', Resource: `${api}/${stage}/*` }],
    },
    ...(context && { context }),
  };
}
