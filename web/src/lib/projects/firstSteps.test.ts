import { expect, it } from 'vitest';
import { firstSteps } from './firstSteps';

it('leads to an export that holds what was labeled a moment ago and not reviewed yet', () => {
  const href = firstSteps('p1', undefined)[2]?.href ?? '';
  const { pathname, searchParams } = new URL(href, 'https://hub.example');
  expect(pathname).toBe('/projects/p1/export');
  expect(searchParams.get('format')).toBe('masks');
  expect(searchParams.getAll('stage')).toEqual(['Review', 'Complete']);
});
