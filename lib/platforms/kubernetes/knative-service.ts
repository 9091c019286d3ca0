import { ApiObject, Lazy } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Variable } from './environment.js';
import { type MetadataOptions, metadataOf, nameOf } from './metadata.js';

/** `nobody` of most images. */
const USER = 65_534;

export interface KnativeServiceOptions extends MetadataOptions {
  readonly image: string;
  readonly imagePullSecrets: readonly string[];
  readonly arguments: readonly string[];
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly concurrency: number;
  readonly scale?: { readonly min?: number; readonly max?: number };
  readonly cpu?: { readonly request?: string; readonly limit?: string };
  readonly environment: () => readonly Variable[];
  readonly volumes?: readonly object[];
  readonly mounts?: readonly object[];
  readonly serviceAccountName?: string;
  readonly revisionAnnotations?: Readonly<Record<string, string>>;
}

/** A Knative Service that only the cluster reaches, as a user without rights, with an own ServiceAccount that may nothing. */
export class KnativeService {
  readonly name: string;
  readonly resource: ApiObject;
  /** Undefined where the function uses one that exists. */
  readonly serviceAccount?: ApiObject;

  constructor(scope: Construct, options: KnativeServiceOptions) {
    this.name = nameOf(scope);
    const metadata = metadataOf(options);
    if (options.serviceAccountName === undefined) {
      this.serviceAccount = new ApiObject(scope, 'ServiceAccount', {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: this.name, ...metadata },
        automountServiceAccountToken: false,
      });
    }
    const pullSecrets = options.imagePullSecrets.map((name) => ({ name }));
    this.resource = new ApiObject(scope, 'Resource', {
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Service',
      metadata: {
        name: this.name,
        ...metadata,
        // Gateways and brokers are inside the cluster; nobody else is to reach a function.
        labels: { ...metadata.labels, 'networking.knative.dev/visibility': 'cluster-local' },
      },
      spec: {
        template: {
          ...revisionMetadata(options),
          spec: {
            serviceAccountName: options.serviceAccountName ?? this.name,
            ...(options.serviceAccountName === undefined && { automountServiceAccountToken: false }),
            enableServiceLinks: false,
            ...(pullSecrets.length > 0 && { imagePullSecrets: pullSecrets }),
            containerConcurrency: options.concurrency,
            timeoutSeconds: options.timeoutSeconds,
            // Knative would otherwise end a request whose answer has not begun after 300 seconds.
            responseStartTimeoutSeconds: options.timeoutSeconds,
            containers: [container(options)],
            volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '512Mi' } }, ...(options.volumes ?? [])],
          },
        },
      },
    });
  }
}

function revisionMetadata({ scale, revisionAnnotations }: KnativeServiceOptions): object {
  const annotations = {
    ...(scale?.min !== undefined && { 'autoscaling.knative.dev/min-scale': String(scale.min) }),
    ...(scale?.max !== undefined && { 'autoscaling.knative.dev/max-scale': String(scale.max) }),
    ...revisionAnnotations,
  };
  return Object.keys(annotations).length > 0 ? { metadata: { annotations } } : {};
}

function container(options: KnativeServiceOptions): object {
  const memory = `${options.memoryMiB}Mi`;
  return {
    name: 'function',
    image: options.image,
    command: ['node'],
    args: options.arguments,
    env: Lazy.any({ produce: () => options.environment() }),
    resources: {
      requests: { memory, cpu: options.cpu?.request ?? cpuFor(options.memoryMiB) },
      limits: { memory, ...(options.cpu?.limit !== undefined && { cpu: options.cpu.limit }) },
    },
    // On the container: Knative allows the pod's own only behind a feature flag.
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [{ name: 'scratch', mountPath: '/tmp' }, ...(options.mounts ?? [])],
  };
}

/** A share of a CPU that grows with the memory, as clouds do it: a whole one at 2 GiB, at least a twentieth. */
function cpuFor(memoryMiB: number): string {
  return `${Math.min(1000, Math.max(50, Math.round(memoryMiB / 2)))}m`;
}
