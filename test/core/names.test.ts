import fc from 'fast-check';
import { expect, test } from 'vitest';
import { physicalName } from '../../lib/core/names.js';

test('readable, and the same for the same path', () => {
  expect(physicalName('shop/Shop/CreateOrder')).toMatch(/^shop-shop-create-order-[0-9a-f]{8}$/);
  expect(physicalName('shop/Shop/CreateOrder')).toBe(physicalName('shop/Shop/CreateOrder'));
  expect(physicalName('shop/Shop/CreateOrder', 30)).toMatch(/^[a-z][a-z0-9-]*create-order-[0-9a-f]{8}$/);
});

test('always a valid DNS label of at most the length asked for', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 12, max: 63 }), (path, length) => {
      const name = physicalName(path, length, '-x');
      expect(name.length).toBeLessThanOrEqual(length);
      expect(name).toMatch(/^[a-z][a-z0-9-]*[a-z0-9]$/);
    }),
  );
});

test('different paths have different names, also where the readable part is the same', () => {
  expect(physicalName('a/B')).not.toBe(physicalName('a-b'));
});
