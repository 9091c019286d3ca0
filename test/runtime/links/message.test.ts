import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkedAttributes, toJson } from '../../../lib/runtime/links/message.js';
import { link } from './support.js';

const orders = link('orders', '');
const attributes = (value: Record<string, any>) => checkedAttributes(orders, 'send', { attributes: value });

test('what travels is JSON, and means what it meant', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(toJson(orders, 'send', value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
  expect(toJson(orders, 'send', undefined)).toBe('null');
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html: what SQS refuses
  expect(toJson(orders, 'send', '\u0000\uffff\ufffe\ud800')).toBe('"\\u0000\\uffff\\ufffe\\ud800"');
});

test('what is no JSON is refused', () => {
  expect(() => toJson(orders, 'send', { id: 1n })).toThrow(
    "link 'orders': send got a value that is no JSON: Do not know how to serialize a BigInt",
  );
});

test('attributes are refused where one target would not take them', () => {
  expect(attributes({ status: 'paid', 1: 'é' })).toEqual([
    ['1', 'é'],
    ['status', 'paid'],
  ]);
  expect(checkedAttributes(orders, 'send')).toEqual([]);
  expect(() => attributes({ orderId: '1' })).toThrow(
    `link 'orders': send got the attribute "orderId"; use up to 20 lower case letters and digits`,
  );
  expect(() => attributes({ [`${'x'.repeat(21)}`]: '1' })).toThrow('use up to 20');
  for (const value of ['', 'a\nb', '\ud800', 'x'.repeat(257), 1, undefined]) {
    expect(() => attributes({ status: value })).toThrow(/as attribute 'status'; give 1 to 256 characters/);
  }
  expect(() => attributes(Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`a${index}`, 'x'])))).toThrow(
    "link 'orders': send got 11 attributes; give 10 at most",
  );
});
