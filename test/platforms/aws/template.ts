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

/** The resources of a stack by logical id, without the suffix that tells equal names apart. */
export function resourcesOf(stack: Stack): Record<string, Resource> {
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
