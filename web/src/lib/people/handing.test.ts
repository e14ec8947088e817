import { expect, it } from 'vitest';
import type { Invite } from '$lib/api/types';
import { Handing } from './handing.svelte';

const to = (...all: string[]) => all.map((one) => ({ to: one }) as Invite);

it('lets links go that are copied, one by one or all, and warns whoever comes before that', () => {
  const handing = new Handing();
  expect(handing.warned).toBe(false);
  handing.copied(['a@c.org']);
  expect(handing.mayClose(to('a@c.org', 'b@c.org'))).toBe(false);
  expect(handing.warned).toBe(true);
  handing.copied(['b@c.org']);
  expect(handing.warned).toBe(false);
  expect(handing.mayClose(to('a@c.org', 'b@c.org'))).toBe(true);
});

it('knows nothing of links that were copied before', () => {
  const handing = new Handing();
  handing.copied(['a@c.org']);
  handing.begin();
  expect(handing.mayClose(to('a@c.org'))).toBe(false);
});

it('holds nothing up where there are no links', () => {
  expect(new Handing().mayClose([])).toBe(true);
});
