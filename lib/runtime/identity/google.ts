import { Buffer } from 'node:buffer';
import { parsed } from '../text.js';
import { identityOf } from './claims.js';
import type { IdentityDriver } from './driver.js';

/** Header in which API Gateway passes on the claims of a token: https://cloud.google.com/api-gateway/docs/authenticating-users-jwt */
const HEADER = 'x-apigateway-api-userinfo';

/** API Gateway of Google has checked the token. */
export const google: IdentityDriver = ({ headers }) => {
  const claims = parsed(Buffer.from(headers.get(HEADER) ?? '', 'base64url').toString('utf8'));
  return claims ? identityOf(claims) : undefined;
};
