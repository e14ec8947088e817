import { expect, it } from 'vitest';
import { Checksum } from './checksum';

const DIGITS = '123456789';
const SUM = 'cbf43926';

/** A file that is read in pieces of this stream's making. */
function readBy(pieces: (text: string, nth: number) => AsyncGenerator<Uint8Array>) {
  let nth = 0;
  const slice = (from: number, end: number) => ({
    stream: () => {
      const read = pieces(DIGITS.slice(from, end), nth++);
      return { getReader: () => ({ read: () => read.next() }) };
    },
  });
  return new Checksum({ slice } as unknown as Blob);
}

const bytes = (text: string) => new TextEncoder().encode(text);

it('is the CRC-32 that everybody knows, however it is read', async () => {
  const file = new Blob([DIGITS]);
  const whole = new Checksum(file);
  await whole.readTo(9);
  expect(whole.digits).toBe(SUM);
  const pieces = new Checksum(file);
  for (const end of [0, 4, 4, 2, 9]) await pieces.readTo(end);
  expect(pieces.digits).toBe(SUM);
});

it('of nothing is nothing', () => {
  expect(new Checksum(new Blob([])).digits).toBe('00000000');
});

it('is right where the next read is asked for while one is under way', async () => {
  let goOn = () => {};
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const sum = readBy(async function* (text, nth) {
    yield bytes(text.slice(0, 2));
    if (nth === 0) await held;
    yield bytes(text.slice(2));
  });
  const first = sum.readTo(6);
  const again = sum.readTo(6).then(() => sum.readTo(9));
  // Whatever goes on without the first read has gone on by then.
  await new Promise((resolve) => setImmediate(resolve));
  goOn();
  await Promise.all([first, again]);
  expect(sum.digits).toBe(SUM);
});

it('is right where a read broke off and is asked for again', async () => {
  const sum = readBy(async function* (text, nth) {
    yield bytes(text.slice(0, 2));
    if (nth === 0) throw new DOMException('', 'NotReadableError');
    yield bytes(text.slice(2));
  });
  await expect(sum.readTo(6)).rejects.toMatchObject({ name: 'NotReadableError' });
  await sum.readTo(6);
  await sum.readTo(9);
  expect(sum.digits).toBe(SUM);
});
