import { expect, test } from 'vitest';
import { describePart, type Suite } from './suite.js';

/** Events of a bus: to whom they go, and how often. */
export function busCases(suite: Suite): void {
  const { seen } = suite;
  describePart(suite, 'trigger.event', () => {
    const publish = (type: string, source: string, data: object) => suite.running().publish({ type, source, data });
    const triggers = () => seen.map(({ trigger }) => trigger as string).sort();
    const order = (name: string, wish = 'work') => ({ order: name, wish });

    test('an event goes to each trigger whose types and sources it has', async () => {
      const data = order('grüße 🫖');
      expect(await publish('order.paid', 'shop', data)).toEqual({ dead: 0 });
      const event = { kind: 'event', type: 'order.paid', source: 'shop', data };
      expect(seen).toHaveLength(2);
      expect(seen).toEqual(
        expect.arrayContaining([
          { ...event, trigger: 'All' },
          { ...event, trigger: 'Paid' },
        ]),
      );
    });

    test.each([
      ['order.refunded', 'till', ['All', 'Paid', 'Till']],
      ['order.sent', 'till', ['All', 'Till']],
      ['order.paid', 'elsewhere', ['All']],
      ['order.paid.late', 'shop', ['All']],
      ['Order.Paid', 'SHOP', ['All']],
    ])('%s of %s goes to %j', async (type, source, expected) => {
      expect(await publish(type, source, order(`${type} ${source}`))).toEqual({ dead: 0 });
      expect(triggers()).toEqual(expected);
    });

    test('one that fails comes again', async () => {
      expect(await publish('order.sent', 'shop', order('later', 'work later'))).toEqual({ dead: 0 });
      expect(triggers()).toEqual(['All', 'All']);
    });

    test('one that always fails reaches the handler as often as declared, and ends with the dead letters', async () => {
      expect(await publish('order.paid', 'till', order('never', 'throw'))).toEqual({ dead: 3 });
      expect(triggers()).toEqual(['All', 'All', 'All', 'Paid', 'Paid', 'Paid', 'Till', 'Till', 'Till']);
    });

    test('one that does not fit its schema does not reach the handler', async () => {
      expect(await publish('order.sent', 'shop', { no: 'order' })).toEqual({ dead: 1 });
      expect(seen).toEqual([]);
    });
  });
}
