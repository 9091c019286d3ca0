import { expect, test } from 'vitest';
import { pathNamed, shortNames } from '../../lib/core/lookup.js';

const paths = ['Shop/Orders/Create', 'Shop/Users/Create', 'Shop/Notify', 'Notify'];
const named = (name: string) => pathNamed('function', name, paths);

test('names are as short as they can be', () => {
  expect([...shortNames(paths).values()]).toEqual(['Orders/Create', 'Users/Create', 'Shop/Notify', 'Notify']);
});

test('paths are found by their end', () => {
  expect(['Orders/Create', 'Notify', 'Shop/Users/Create'].map(named)).toEqual([
    'Shop/Orders/Create',
    'Notify',
    'Shop/Users/Create',
  ]);
});

test('what is not there, or there twice, is said', () => {
  expect(() => named('Create')).toThrow(
    "the function 'Create' may be 'Shop/Orders/Create' or 'Shop/Users/Create'; write more of its path",
  );
  expect(() => named('Notfy')).toThrow("there is no function 'Notfy'; did you mean 'Notify'?");
  expect(() => named('Pay')).toThrow("there is no function 'Pay'; there is Notify, Orders/Create, Shop/Notify, Users/Create");
  expect(() => pathNamed('queue', 'Pay', [])).toThrow("there is no queue 'Pay'; there is none");
});
