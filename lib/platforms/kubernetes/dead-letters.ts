import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { LOG_EVENTS } from './bootstrap.js';
import { namespaceOf } from './context.js';
import { KnativeService } from './knative-service.js';
import type { EventSink, Settings } from './options.js';

const ID = 'FaastenDeadLetters';

/**
 * A small function, one per chart, that writes every event which failed for the last time to its log. Brokers drop what no Trigger
 * takes, so that a Broker alone would keep nothing; a log needs no component that a cluster may not have.
 */
class DeadLetterLog extends Construct {
  private readonly service: KnativeService;

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
      environment: () => [],
    });
  }

  get sink(): EventSink {
    const namespace = namespaceOf(this);
    return {
      ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: this.service.name, ...(namespace && { namespace }) },
    };
  }
}

/** Where dead letters of a chart go; made when it is first needed. */
export function deadLettersOf(scope: Construct, settings: Settings): EventSink {
  if (settings.deadLetters) return settings.deadLetters;
  const chart = Chart.of(scope);
  const known = chart.node.tryFindChild(ID) as DeadLetterLog | undefined;
  return (known ?? new DeadLetterLog(chart, settings)).sink;
}
