import { expect, it } from 'vitest';
import { tabsFor } from './tabs';

it('shows of the organization what each may use, and their keys to everybody', () => {
  const labels = (administers: boolean, imports: boolean) =>
    tabsFor({ administers }, imports).map(({ label }) => label);
  expect(labels(true, false)).toEqual(['Members', 'Storages', 'API keys', 'Activity']);
  expect(labels(false, true)).toEqual(['Storages', 'API keys']);
  expect(labels(false, false)).toEqual(['API keys']);
});
