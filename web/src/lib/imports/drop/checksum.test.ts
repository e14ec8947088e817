import { expect, it } from 'vitest';
import { Checksum } from './checksum';

it('is the CRC-32 that everybody knows, however it is read', async () => {
  const file = new Blob(['123456789']);
  const whole = new Checksum(file);
  await whole.readTo(9);
  expect(whole.digits).toBe('cbf43926');
  const pieces = new Checksum(file);
  for (const end of [0, 4, 4, 2, 9]) await pieces.readTo(end);
  expect(pieces.digits).toBe('cbf43926');
});

it('of nothing is nothing', () => {
  expect(new Checksum(new Blob([])).digits).toBe('00000000');
});
