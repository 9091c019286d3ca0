import { Lazy } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import type { InstrumentationSpec } from '../../../core/model.js';
import { METRICS_VARIABLE, SERVICE_VARIABLE } from '../../../runtime/wire.js';
import type { LambdaBackend } from '../function.js';
import { reports } from './metrics.js';
import { Register } from './register.js';

/**
 * Fields of the report that become metrics: those that AWS has no metric for and that alarms and dashboards show, as each is paid for.
 * The line in the log has all of them.
 */
export const REPORTED_FIELDS = ['errors', 'coldStarts', 'memoryUsedMiB'] as const;

/** Services, of each app, whose objectives count invocations. */
const counting = new Register<true>();

/** Has the functions that count for a service report how many invocations there are, which AWS knows of each function only. */
export function countInvocations(scope: IConstruct, service: string): void {
  counting.set(scope, service, true);
}

/** Has a function report each of its invocations in CloudWatch's embedded metric format. */
export function instrument(fn: LambdaBackend, spec: () => InstrumentationSpec): void {
  if (!reports(fn)) return;
  const service = () => spec().service;
  fn.resource.addEnvironment(METRICS_VARIABLE, Lazy.string({ produce: () => `emf:${fieldsFor(fn, service()).join(',')}` }));
  // Without a service there is no such variable.
  fn.resource.addEnvironment(SERVICE_VARIABLE, Lazy.string({ produce: service }));
}

function fieldsFor(fn: LambdaBackend, service: string | undefined): readonly string[] {
  const counts = service !== undefined && counting.get(fn.scope, service);
  return [...(fn.hasMetrics ? [] : ['service']), ...(counts ? ['invocations'] : []), ...REPORTED_FIELDS];
}
