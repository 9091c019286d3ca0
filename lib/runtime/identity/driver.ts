import type { Identity } from '../context.js';

/**
 * Finds out who sent a request to a route that has an authorizer, on targets that enter functions by HTTP. A bundle holds the one of
 * its target, and only where there are such routes.
 * @throws HttpProblem to refuse the request
 */
export type IdentityDriver = (
  request: Request,
  route: string,
  environment: Readonly<Record<string, string | undefined>>,
) => Identity | undefined | Promise<Identity | undefined>;
