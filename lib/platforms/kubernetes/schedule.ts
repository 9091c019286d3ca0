import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { humanDuration } from '../../core/duration.js';
import { invalid } from '../../core/errors.js';
import type { CronField, RecurringExpression, ScheduleTriggerSpec } from '../../core/model.js';
import type { Broker } from './broker.js';
import { metadataOf, nameOf } from './metadata.js';

/** CloudEvents extension that says which trigger of a function an event is of. */
export const TRIGGER_EXTENSION = 'faastentrigger';

/**
 * The five fields of PingSource: https://knative.dev/docs/eventing/sources/ping-source/. It knows the clock only (`@every` is
 * refused), so that a rate has to divide an hour or a day.
 */
export function scheduleOf(path: string, name: string, expression: RecurringExpression): { schedule: string; timezone?: string } {
  if (expression.kind === 'cron') {
    const { minute, hour, dayOfMonth, month, dayOfWeek } = expression.cron;
    const schedule = [minute, hour, dayOfMonth, month, dayOfWeek].map(fieldText).join(' ');
    return expression.timeZone === 'UTC' ? { schedule } : { schedule, timezone: expression.timeZone };
  }
  const minutes = expression.everySeconds / 60;
  if (60 % minutes === 0)
    return { schedule: minutes === 1 ? '* * * * *' : minutes === 60 ? '0 * * * *' : `*/${minutes} * * * *` };
  if (1440 % minutes === 0 && minutes % 60 === 0)
    return { schedule: minutes === 1440 ? '0 0 * * *' : `0 */${minutes / 60} * * *` };
  throw invalid(
    'function',
    path,
    `triggers.${name} runs every ${humanDuration(expression.everySeconds * 1000)}, which divides neither an hour nor a day`,
    'use Schedule.cron, or a rate of 1, 2, 3, 4, 5, 6, 10, 12, 15, 20 or 30 minutes, or of 1, 2, 3, 4, 6, 8, 12 or 24 hours',
  );
}

function fieldText(field: CronField): string {
  return field === '*' ? '*' : field.join(',');
}

export interface PingOptions {
  readonly path: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Name of the trigger. */
  readonly name: string;
  readonly broker: Broker;
}

/** Sends an event to the function's Broker whenever it is time. */
export function createPingSource(scope: Construct, id: string, spec: ScheduleTriggerSpec, options: PingOptions): ApiObject {
  const { path, tags, name, broker } = options;
  return new ApiObject(scope, id, {
    apiVersion: 'sources.knative.dev/v1',
    kind: 'PingSource',
    metadata: { name: nameOf(scope, id), ...metadataOf({ what: 'function', path, tags }) },
    spec: {
      ...scheduleOf(path, name, spec.expression as RecurringExpression),
      ceOverrides: { extensions: { [TRIGGER_EXTENSION]: name } },
      sink: { ref: broker.reference },
    },
  });
}
