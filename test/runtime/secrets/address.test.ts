import fc from 'fast-check';
import { expect, test } from 'vitest';
import { env } from '../../../lib/runtime/secrets/env.js';
import { parseSecretAddress, secretAddress } from '../../../lib/runtime/wire.js';

test('addresses of secrets, written and read', () => {
  expect(secretAddress({ name: 'shop/key' })).toBe('shop/key');
  expect(secretAddress({ name: 'shop/key', field: 'password' })).toBe('shop/key#password');
  expect(secretAddress({ name: 'shop/key', field: 'a@b#c', version: 'AWSPREVIOUS' })).toBe('shop/key#a%40b%23c@AWSPREVIOUS');
  expect(secretAddress({ name: 'shop/key', version: '3' })).toBe('shop/key#@3');
  const text = fc.string({ minLength: 1, unit: 'grapheme' });
  fc.assert(
    fc.property(
      fc.stringMatching(/^[A-Za-z0-9/_+=.@:-]+$/),
      fc.option(text, { nil: undefined }),
      fc.option(text, { nil: undefined }),
      (name, field, version) => {
        expect(parseSecretAddress(secretAddress({ name, field, version }))).toEqual({ name, field, version });
      },
    ),
  );
});

test('env reads what the platform filled in, the empty value too', () => {
  expect(env('KEY', { KEY: 'value' })).toBe('value');
  expect(env('KEY', { KEY: '' })).toBe('');
  expect(() => env('KEY', {})).toThrow('secret: the environment has no KEY, which the platform fills from its secret store');
});
