import type { Identity } from '../context.js';
import { parsed } from '../text.js';
import { identityOf } from './claims.js';

/**
 * Who sent a request, as an authorizer of API Gateway found out: of HTTP APIs (`jwt`, `lambda`, `iam`), of REST and WebSocket APIs
 * (the answer itself, or `claims` of Cognito). Undefined without an authorizer.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function awsIdentity({ authorizer, identity }: any): Identity | undefined {
  if (authorizer?.jwt) return identityOf(authorizer.jwt.claims, authorizer.jwt.scopes);
  const arn = authorizer?.iam?.userArn ?? (authorizer ? undefined : identity?.userArn);
  if (arn) return { subject: arn, claims: authorizer?.iam ?? {}, scopes: [] };
  const answer = authorizer?.lambda ?? authorizer;
  if (!answer) return undefined;
  const { subject, principalId, claims, ...rest } = answer;
  // Ours travel as text, Cognito's as an object; those of another authorizer are all that it answered.
  const known = identityOf((typeof claims === 'object' ? claims : parsed(claims)) ?? rest);
  return { ...known, subject: String(subject ?? principalId ?? known.subject) };
}
