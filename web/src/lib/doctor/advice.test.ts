import { expect, it } from 'vitest';
import type { Check } from '$lib/api/types';
import { adviseHere, leadsToStorage } from './advice';

const check = (code: string, text: string | null): Check => ({
  name: 'credentials',
  tookMs: 1,
  verdict: 'failed',
  code,
  message: 'It is so.',
  fix: text === null ? null : { text },
});
const TEST = 'Test the storage (insitu storage test): it finds the cause.';
const OPEN = 'storage.trust_policy_missing_external_id';

it('tells nobody in a browser a command, and those who may not mend a storage whom to ask', () => {
  const told = (code: string, mayMend: boolean) => adviseHere(check(code, TEST), mayMend).fix?.text;
  expect(told(OPEN, true)).toContain('Verify again');
  expect(told(OPEN, false)).toMatch(/^Ask an owner or an admin .* trust policy/);
  expect(told('storage.hangs', true)).toContain('test its connection');
  expect(told('storage.hangs', false)).toMatch(/^Ask an owner or an admin/);
});

it('leaves advice that a person can follow as it is', () => {
  const advised = check('storage.role_denied', 'Check the role’s ARN.');
  expect(adviseHere(advised, true)).toBe(advised);
  const without = check('storage.hangs', null);
  expect(adviseHere(without, true)).toBe(without);
});

it('leads to the storage for what is mended there alone', () => {
  expect(leadsToStorage(check(OPEN, null))).toBe(true);
  expect(leadsToStorage(check('storage.wrong_secret', null))).toBe(true);
  expect(leadsToStorage(check('storage.hangs', TEST))).toBe(true);
  expect(leadsToStorage(check('storage.no_such_object', 'Check the key.'))).toBe(false);
});
