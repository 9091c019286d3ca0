import { invalid } from '../../core/errors.js';
import type { FunctionSpec } from '../../core/model.js';
import { REQUESTS_PER_INSTANCE } from './limits.js';

export interface ConcurrencyTuning {
  /**
   * Requests that one instance serves at a time; 0 is no limit.
   * @default 10, or less where that makes `maxConcurrency` come out exactly
   */
  readonly containerConcurrency?: number;
}

/**
 * Requests per instance and numbers of instances. A limit of N invocations is C requests in each of N / C instances, with the
 * largest C of up to ten that divides N: so it holds exactly, and one instance is shared where it can be.
 */
export function concurrencyOf(
  spec: FunctionSpec,
  tuning: ConcurrencyTuning,
): { concurrency: number; scale: { min?: number; max?: number } } {
  const { maxConcurrency, warmInstances, path } = spec;
  const min = warmInstances > 0 ? warmInstances : undefined;
  if (maxConcurrency === undefined) return { concurrency: tuning.containerConcurrency ?? REQUESTS_PER_INSTANCE, scale: { min } };
  const concurrency = tuning.containerConcurrency ?? largestDivisor(maxConcurrency);
  if (concurrency === 0 || maxConcurrency % concurrency !== 0) {
    throw invalid(
      'function',
      path,
      `maxConcurrency is ${maxConcurrency}, which instances of ${concurrency === 0 ? 'unlimited' : concurrency} requests (containerConcurrency) cannot make up`,
      'give a containerConcurrency that divides it, or none',
    );
  }
  const max = maxConcurrency / concurrency;
  if (warmInstances > max) {
    throw invalid(
      'function',
      path,
      `warmInstances is ${warmInstances}, but maxConcurrency ${maxConcurrency} is ${max} instances of ${concurrency} requests`,
      'lower warmInstances, or give a smaller containerConcurrency: KubernetesFunction.tune({ containerConcurrency })',
    );
  }
  return { concurrency, scale: { min, max } };
}

function largestDivisor(limit: number): number {
  let divisor = Math.min(limit, REQUESTS_PER_INSTANCE);
  while (limit % divisor !== 0) divisor -= 1;
  return divisor;
}
