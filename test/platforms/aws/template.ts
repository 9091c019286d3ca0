import { App, Stack } from 'aws-cdk-lib';
import { FaastenError } from '../../../lib/index.js';
import { synthesize } from '../../../lib/testing/index.js';

/** A handler's file. These tests do not bundle, so that any file will do. */
export const entry = __filename;

export interface Resource {
  readonly Type: string;
  readonly Properties: any;
  readonly [attribute: string]: unknown;
}

export function newStack(id = 'shop'): Stack {
  return new Stack(new App(), id);
}

/** The resources of a stack by logical id, without the suffix that tells equal names apart, but for those that watch the others. */
export function resourcesOf(stack: Stack): Record<string, Resource> {
  const all = Object.entries(allResourcesOf(stack)).filter(([, { Type }]) => !Type.startsWith('AWS::CloudWatch::'));
  for (const [, { Properties }] of all) for (const name of REPORTS) delete Properties?.Environment?.Variables?.[name];
  return Object.fromEntries(all);
}

/** What functions are told about their reports. */
const REPORTS = ['FAASTEN_METRICS', 'FAASTEN_SERVICE'];

/** The same with alarms, dashboards and what functions are told about their reports. */
export function allResourcesOf(stack: Stack): Record<string, Resource> {
  const template = synthesize(stack) as { Resources?: Record<string, Resource> };
  return short(template.Resources ?? {});
}

/** `CreateOrderRole1A2B3C4D` reads `CreateOrderRole`, where it is defined and where it is referred to. */
export function short<T extends object>(template: T): T {
  return JSON.parse(JSON.stringify(template).replace(/(?<=")([A-Za-z]+)[0-9A-F]{8}(?=")/g, '$1'));
}

export function typesOf(stack: Stack): string[] {
  return Object.values(resourcesOf(stack))
    .map(({ Type }) => Type)
    .sort();
}

/** What a function's role may do. */
export function statementsOf(stack: Stack, role: string): any[] {
  return resourcesOf(stack)[role]!.Properties.Policies.flatMap((policy: any) => policy.PolicyDocument.Statement);
}

export function environmentOf(stack: Stack, fn: string): Record<string, unknown> {
  return resourcesOf(stack)[fn]!.Properties.Environment.Variables;
}

export function errorOf(run: () => unknown): FaastenError {
  try {
    run();
  } catch (error) {
    if (error instanceof FaastenError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
