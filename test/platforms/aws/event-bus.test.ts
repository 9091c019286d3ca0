import { App, Stack } from 'aws-cdk-lib';
import { EventBus as CdkEventBus } from 'aws-cdk-lib/aws-events';
import { describe, expect, test } from 'vitest';
import { EventBus, describe as model, ServerlessFunction } from '../../../lib/index.js';
import { AwsEventBus } from '../../../lib/platforms/aws/index.js';
import { entry, environmentOf, errorOf, newStack, resourcesOf, statementsOf, typesOf } from './template.js';

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

describe('an event bus', () => {
  test('has a rule for each trigger, which tells its name', () => {
    const stack = newStack();
    const bus = new EventBus<{ 'order.paid': { id: string } }>(stack, 'Bus');
    new ServerlessFunction(stack, 'Notify', {
      entry,
      triggers: { Paid: bus.events({ types: ['order.paid'], sources: ['shop.orders'] }), All: bus.events() },
    });
    const found = resourcesOf(stack);
    expect(found.NotifyTriggersPaid!.Properties).toEqual({
      EventBusName: { Ref: 'Bus' },
      EventPattern: { 'detail-type': ['order.paid'], source: ['shop.orders'] },
      Targets: [
        {
          Id: 'Function',
          Arn: arn('Notify'),
          InputTransformer: { InputTemplate: '{"faasten":"event","name":"Paid","event":<aws.events.event.json>}' },
          RetryPolicy: { MaximumRetryAttempts: 2 },
          DeadLetterConfig: { Arn: arn('NotifyDeadLetters') },
        },
      ],
    });
    expect(found.NotifyTriggersAll!.Properties.EventPattern).toEqual({ source: [{ prefix: '' }] });
    expect(typesOf(stack).filter((type) => type === 'AWS::Lambda::Permission')).toHaveLength(2);
    expect(model(stack).buses).toEqual([{ path: 'shop/Bus', tags: {} }]);
  });

  test('as a link: put events on it, and on no other', () => {
    const stack = newStack();
    new ServerlessFunction(stack, 'Pay', { entry, links: { bus: new EventBus(stack, 'Bus') } });
    expect(statementsOf(stack, 'PayRole').slice(1)).toEqual([
      { Action: 'events:PutEvents', Effect: 'Allow', Resource: arn('Bus') },
    ]);
    expect(environmentOf(stack, 'Pay').FAASTEN_LINK_bus).toEqual({ 'Fn::Join': ['', ['eventbridge:', arn('Bus')]] });
  });

  test('tuned, with its archive and the policy for other accounts', () => {
    const stack = newStack();
    const bus = new EventBus(stack, 'Bus', { tuning: [AwsEventBus.tune({ eventBusName: 'shop' })] });
    const { bus: made } = AwsEventBus.of(bus);
    made.archive('Archive', { eventPattern: { source: ['shop'] } });
    const tuning = [AwsEventBus.tuneEvents({ pattern: { detail: { cents: [{ numeric: ['>', 1000] }] } } })];
    new ServerlessFunction(stack, 'Audit', { entry, triggers: { Large: bus.events({ types: ['paid'], tuning }) } });
    const found = resourcesOf(stack);
    expect(found.Bus!.Properties.Name).toBe('shop');
    expect(typesOf(stack)).toContain('AWS::Events::Archive');
    expect(found.AuditTriggersLarge!.Properties.EventPattern).toEqual({
      'detail-type': ['paid'],
      detail: { cents: [{ numeric: ['>', 1000] }] },
    });
  });

  test('that exists: the account’s own, and one of the larger stack', () => {
    const stack = newStack();
    const triggers = {
      Stopped: AwsEventBus.default(stack, 'Default').events({ sources: ['aws.ec2'] }),
      Theirs: AwsEventBus.from(stack, 'Theirs', new CdkEventBus(stack, 'TheirBus')).events(),
    };
    new ServerlessFunction(stack, 'Watch', { entry, triggers });
    const found = resourcesOf(stack);
    expect(found.WatchTriggersStopped!.Properties).toMatchObject({
      EventBusName: 'default',
      EventPattern: { source: ['aws.ec2'] },
    });
    expect(found.WatchTriggersTheirs!.Properties.EventBusName).toEqual({ Ref: 'TheirBus' });
    expect(model(stack)).toMatchObject({ buses: [], existing: [{ path: 'shop/Default' }, { path: 'shop/Theirs' }] });
  });

  test('of another account forwards its events by rules of its own', () => {
    const stack = new Stack(new App(), 'shop', { env: { region: 'eu-west-1', account: '123456789012' } });
    const theirs = CdkEventBus.fromEventBusArn(stack, 'TheirBus', 'arn:aws:events:eu-west-1:210987654321:event-bus/theirs');
    const triggers = { Theirs: AwsEventBus.from(stack, 'Theirs', theirs).events() };
    expect(errorOf(() => new ServerlessFunction(stack, 'Watch', { entry, triggers })).message).toBe(
      "function 'shop/Watch': triggers.Theirs is of the event bus 'shop/TheirBus' in the account 210987654321, and a rule is where its bus " +
        'is; have the events forwarded to a bus or queue of this account',
    );
  });
});
