import { synthesize } from 'faasten/testing';
import { Shop } from '../shop';
import { native, unit } from '../unit';

test('a snapshot', () => {
  const stack = unit();
  const shop = new Shop(stack, 'Shop');
  expect(shop.functions()).toEqual([shop.create.node.path]);
  expect(native(shop.create)).toBeTruthy();
  expect(synthesize(stack)).toMatchSnapshot();
});

test('a snapshot with bundling', () => {
  const stack = unit();
  new Shop(stack, 'Shop');
  expect(synthesize(stack, { bundle: true })).toMatchSnapshot();
});
