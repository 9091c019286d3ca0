import { App, Chart } from 'cdk8s';
import type { ServerlessFunction } from 'faasten';
import { KubernetesFunction } from 'faasten/kubernetes';

export function unit(): Chart {
  return new Chart(new App(), 'shop', { namespace: 'shop' });
}

export const native = (fn: ServerlessFunction<any>) => KubernetesFunction.of(fn).service;
