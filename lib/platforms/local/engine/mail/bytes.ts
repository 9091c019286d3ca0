import { FaastenError } from '../../../../core/errors.js';
import { MESSAGE_BYTES } from '../../limits.js';

/** @throws for content that no target would take */
export function checkBytes(path: string, body = ''): void {
  const bytes = body.length > MESSAGE_BYTES / 4 ? Buffer.byteLength(body) : 0;
  if (bytes > MESSAGE_BYTES) {
    const advice = 'store what is large in a Bucket, and send its key';
    throw new FaastenError('invalid-value', `a message to '${path}' has ${bytes} bytes, more than ${MESSAGE_BYTES}; ${advice}`);
  }
}
