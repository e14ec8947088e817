import { expect, it } from 'vitest';
import { wantedPage } from './enter';

it('goes back to a page of this hub after signing in, and never to another site', () => {
  const wanted = (next: string) => wantedPage(new URLSearchParams({ next }));
  expect(wanted('/projects/a/assets?view=table')).toBe('/projects/a/assets?view=table');
  expect(wanted('//evil.example')).toBe('/');
  expect(wanted('/\\evil.example')).toBe('/');
  expect(wanted('https://evil.example')).toBe('/');
  expect(wantedPage(new URLSearchParams())).toBe('/');
});
