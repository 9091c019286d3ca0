import { Chart } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { invalid } from '../../core/errors.js';
import type { Settings } from './options.js';

/** The chart's namespace; undefined where the manifests go to the namespace of whoever applies them. */
export function namespaceOf(scope: IConstruct): string | undefined {
  return Chart.of(scope).namespace;
}

/** The chart's namespace, for addresses, which hold it. */
export function knownNamespace(what: string, path: string, scope: IConstruct): string {
  const namespace = namespaceOf(scope);
  if (namespace) return namespace;
  throw invalid(
    what,
    path,
    `is reached by an address that holds its namespace, but the chart '${Chart.of(scope).node.path}' has none`,
    "say which: new Chart(app, 'shop', { namespace: 'shop' })",
  );
}

/** Host name of a function inside the cluster. Knative's ingress knows functions by it. */
export function hostOf(name: string, namespace: string, settings: Settings): string {
  return `${name}.${namespace}.svc.${settings.clusterDomain}`;
}

/** URL that a Broker takes events at. */
export function brokerUrl(name: string, namespace: string, settings: Settings): string {
  return settings.broker.ingress.replaceAll('{namespace}', namespace).replaceAll('{name}', name);
}

/** A construct path as the source of CloudEvents, which is a URI reference; `,` and `#` separate parts of link addresses. */
export function sourceOf(path: string): string {
  return `/${path.split('/').map(encodeURIComponent).join('/')}`;
}
