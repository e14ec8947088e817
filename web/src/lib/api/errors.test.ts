import { expect, it } from 'vitest';
import { describeError } from './errors';

it.each([
  'Failed to fetch dynamically imported module: https://hub.test/_app/immutable/nodes/7.js',
  'error loading dynamically imported module: https://hub.test/_app/immutable/nodes/7.js',
  'Importing a module script failed.',
  'Unable to preload CSS for https://hub.test/_app/immutable/assets/Dialog.css',
])('knows a part of the page that did not come in any browser: %s', (message) => {
  expect(describeError(new TypeError(message)).code).toBe('page.not_fetched');
});

it('takes what nobody expected for a fault of the page', () => {
  expect(describeError(new TypeError('x is not a function')).code).toBe('page.unexpected');
});
