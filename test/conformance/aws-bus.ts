/** EventBridge between its bus and functions: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events.html */
import type { Invoke } from './aws-access.js';
import type { Template } from './aws-template.js';
import type { PublishedEvent } from './target.js';

/** Has every rule that an event fits deliver it, as often as Lambda tries. Gives how many ended with dead letters. */
export async function publish(
  template: Template,
  invoke: Invoke,
  { type, source, data }: PublishedEvent,
): Promise<{ dead: number }> {
  const event = {
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': type,
    source,
    account: '123456789012',
    time: '2021-11-12T00:00:00Z',
    region: 'eu-west-1',
    resources: [],
    detail: data,
  };
  let dead = 0;
  for (const [, rule] of template.ofType('AWS::Events::Rule')) {
    const fits = rule.EventBusName !== undefined && matches(rule.EventPattern, event);
    if (!fits) continue;
    const [target] = rule.Targets;
    const fn = template.idIn(target.Arn, 'AWS::Lambda::Function')!;
    const input = JSON.parse(target.InputTransformer.InputTemplate.replace('<aws.events.event.json>', JSON.stringify(event)));
    dead += (await invokeAsync(template, invoke, fn, input)).dead;
  }
  return { dead };
}

/** Values, and prefixes: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html */
function matches(pattern: Record<string, unknown[]>, event: Record<string, any>): boolean {
  return Object.entries(pattern).every(([field, allowed]) =>
    allowed.some((each: any) => (each.prefix === undefined ? each === event[field] : event[field].startsWith(each.prefix))),
  );
}

/** Asynchronous invocation: as often as Lambda tries. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
export async function invokeAsync(template: Template, invoke: Invoke, fn: string, event: unknown): Promise<{ dead: number }> {
  const [, settings] = template.ofType('AWS::Lambda::EventInvokeConfig').find(([, { FunctionName }]) => FunctionName.Ref === fn)!;
  for (let retry = 0; retry <= settings.MaximumRetryAttempts; retry++) if (!(await invoke(fn, event)).error) return { dead: 0 };
  return { dead: template.idIn(settings.DestinationConfig.OnFailure, 'AWS::SQS::Queue') ? 1 : 0 };
}
