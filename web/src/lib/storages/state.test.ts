import { expect, it } from 'vitest';
import { standingOf } from './state';

const verification = (state: string) =>
  ({ state, message: state === 'unverified' ? 'It lets anybody in.' : null }) as never;
const lastCheck = (code: string | null) => ({
  checkedAt: '2026-01-02T00:00:00.000Z',
  code,
  message: code && 'No rule names this page.',
});

it('says first what keeps a storage from being used, then how its last test ended', () => {
  const standing = (state: string, code?: string | null) =>
    standingOf({ verification: verification(state), lastCheck: code === undefined ? null : lastCheck(code) });
  expect(standing('unverified', null)).toMatchObject({ dot: 'warning', why: 'It lets anybody in.' });
  expect(standing('verified', 'storage.cors_missing')).toMatchObject({
    dot: 'failed',
    why: 'No rule names this page.',
  });
  expect(standing('verified', null)).toMatchObject({ dot: 'good', at: '2026-01-02T00:00:00.000Z' });
  expect(standing('not_applicable')).toMatchObject({ dot: 'idle' });
  expect(standing('verified')).toMatchObject({ dot: 'good' });
});
