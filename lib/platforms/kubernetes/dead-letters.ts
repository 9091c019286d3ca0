import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { FUNCTIONS_VARIABLE, LOG_EVENTS } from './bootstrap.js';
import { namespaceOf } from './context.js';
import type { FunctionResources } from './function.js';
import { KnativeService } from './knative-service.js';
import type { EventSink, Settings } from './options.js';

const ID = 'FaastenDeadLetters';

/**
 * A small function, one per chart, that writes every event which failed for the last time to its log. Brokers drop what no Trigger
 * takes, so that a Broker alone would keep nothing; a log needs no component that a cluster may not have.
 */
class DeadLetterLog extends Construct {
  private readonly service: KnativeService;
  /** Functions by the names of their Services, which begin the hosts that dead letters could not be delivered to. */
  private readonly functions = new Map<string, string>();

  constructor(scope: Construct, settings: Settings) {
    super(scope, ID);
    this.service = new KnativeService(this, {
      what: 'dead letters',
      path: this.node.path,
      description: 'Writes events that failed for the last time to its log',
      image: settings.nodeImage,
      imagePullSecrets: settings.imagePullSecrets,
      arguments: ['--eval', LOG_EVENTS],
      memoryMiB: 128,
      timeoutSeconds: 60,
      concurrency: 100,
      environment: () => [{ name: FUNCTIONS_VARIABLE, value: JSON.stringify(Object.fromEntries(this.functions)) }],
    });
  }

  get serviceName(): string {
    return this.service.name;
  }

  sinkOf(fn: FunctionResources | undefined): EventSink {
    if (fn) this.functions.set(fn.service.name, fn.spec.path);
    const namespace = namespaceOf(this);
    return {
      ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: this.service.name, ...(namespace && { namespace }) },
    };
  }
}

/** Name of the Service that logs dead letters of a chart, if there is one. */
export function deadLetterService(chart: Chart): string | undefined {
  return (chart.node.tryFindChild(ID) as DeadLetterLog | undefined)?.serviceName;
}

/** Where dead letters go, those of a function or of what is between two Brokers; made when the chart first needs it. */
export function deadLettersOf(scope: Construct, settings: Settings, fn?: FunctionResources): EventSink {
  if (settings.deadLetters) return settings.deadLetters;
  const chart = Chart.of(scope);
  const known = chart.node.tryFindChild(ID) as DeadLetterLog | undefined;
  return (known ?? new DeadLetterLog(chart, settings)).sinkOf(fn);
}
