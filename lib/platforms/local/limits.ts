/** What the local platform allows. Where a number is a cloud's, its source is given, so that what works here works there. */
import { invalid } from '../../core/errors.js';
import type { FunctionSpec } from '../../core/model.js';

/**
 * Bytes of a request's body: that of API Gateway's HTTP APIs.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
export const REQUEST_BYTES = 10 * 1024 * 1024;

/**
 * Bytes of a message, event or input: the largest of SQS (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html).
 */
export const MESSAGE_BYTES = 1024 * 1024;

/**
 * Bytes of a message over a WebSocket, seconds that a connection lasts, and seconds without a message: those of API Gateway.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export const SOCKET_MESSAGE_BYTES = 128 * 1024;
export const CONNECTION_SECONDS = 2 * 3600;
export const IDLE_SECONDS = 600;

/** MiB that a worker of Node.js needs to load a small bundle (measured). */
export const LEAST_MEMORY_MIB = 32;

/**
 * Seconds an invocation may take: those of Lambda.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const TIMEOUT_SECONDS = 900;

/** @throws for a function that could not run here */
export function checkLimits({ path, timeoutSeconds, memoryMiB }: FunctionSpec): void {
  if (timeoutSeconds > TIMEOUT_SECONDS) {
    throw invalid(
      'function',
      path,
      `timeout is ${timeoutSeconds} seconds, more than the ${TIMEOUT_SECONDS} of any target`,
      'do the work in smaller steps, as messages of a Queue',
    );
  }
  if (memoryMiB < LEAST_MEMORY_MIB) {
    throw invalid(
      'function',
      path,
      `memoryMiB is ${memoryMiB}`,
      `give ${LEAST_MEMORY_MIB} or more, which a worker needs to start`,
    );
  }
}
