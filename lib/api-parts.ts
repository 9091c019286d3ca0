import { Construct } from 'constructs';
import type { ThrottleOptions } from './api-props.js';
import { attachmentOf } from './core/attachment.js';
import type { Checks } from './core/checks.js';
import { invalid, shown } from './core/errors.js';
import type { ThrottleSpec } from './core/model.js';
import { requireTogether } from './core/partner.js';
import type { FunctionBackend, Platform } from './core/platform.js';
import type { ServerlessFunction } from './function.js';

/** What a route or an authorizer leads to, which must be a function on the platform of the API. */
export function functionOf(kind: string, api: Construct, platform: Platform, what: string, fn: unknown): ServerlessFunction {
  const { path } = api.node;
  const attachment = Construct.isConstruct(fn) ? attachmentOf(fn) : undefined;
  if (attachment?.type !== 'function' || attachment.existing)
    throw invalid(kind, path, `${what} leads to ${shown(fn)}`, 'give a ServerlessFunction');
  const target = fn as ServerlessFunction;
  requireTogether(platform, api, 'the function', target, attachment);
  return target;
}

export function backendOf(fn: ServerlessFunction): FunctionBackend {
  return attachmentOf(fn)!.backend as FunctionBackend;
}

export function throttleSpec(checks: Checks, where: string, { requestsPerSecond, burst }: ThrottleOptions): ThrottleSpec {
  if (typeof requestsPerSecond !== 'number' || !(requestsPerSecond > 0) || !Number.isFinite(requestsPerSecond))
    checks.fail(`${where}.requestsPerSecond is ${shown(requestsPerSecond)}`, 'give a number above zero');
  return { requestsPerSecond, burst: checks.integer(`${where}.burst`, burst ?? Math.ceil(requestsPerSecond), 1) };
}
