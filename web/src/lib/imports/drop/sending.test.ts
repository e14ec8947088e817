import { beforeEach, expect, it, vi } from 'vitest';
import { ApiError } from '$lib/api/errors';
import { Checksum } from './checksum';
import { mayGoOn, PART_BYTES, send, WHOLE_BYTES_MAX } from './sending';

type Sent = { method: string; headers: Record<string, string>; size: number };
const sent: Sent[] = [];

vi.mock('$lib/api/uploads', () => ({
  uploadLink: () => Promise.resolve('https://hub.test/v2/files/p/assets/n?signature=x'),
  sendBytes: (method: string, _: string, headers: Record<string, string>, bytes: Blob) => {
    sent.push({ method, headers, size: bytes.size });
    return Promise.resolve();
  },
}));

beforeEach(() => sent.splice(0));

function sending(bytes: number) {
  const file = new File([new Uint8Array(bytes).fill(7)], 'a.dcm');
  const kept: number[] = [];
  const nothing = () => {};
  return {
    kept,
    projectId: 'p',
    name: 'n',
    file,
    checksum: new Checksum(file),
    signal: new AbortController().signal,
    onprogress: nothing,
    onkept: (at: number) => kept.push(at),
  };
}

it('sends a small file at once and a large one in parts, the sum of all with the last', async () => {
  const small = sending(WHOLE_BYTES_MAX);
  expect(await send(small, 0)).toBe('https://hub.test/v2/files/p/assets/n');
  expect(sent).toEqual([{ method: 'PUT', headers: {}, size: WHOLE_BYTES_MAX }]);
  sent.splice(0);
  const length = 2 * PART_BYTES + 5;
  const large = sending(length);
  await send(large, 0);
  expect(sent.map(({ headers, size }) => [headers['upload-offset'], size])).toEqual([
    ['0', PART_BYTES],
    [String(PART_BYTES), PART_BYTES],
    [String(2 * PART_BYTES), 5],
  ]);
  expect(large.kept).toEqual([PART_BYTES, 2 * PART_BYTES]);
  expect(sent.every(({ headers }) => headers['upload-length'] === String(length))).toBe(true);
  const whole = new Checksum(large.file);
  await whole.readTo(length);
  expect(sent.map(({ headers }) => headers['upload-checksum'])).toEqual([
    undefined,
    undefined,
    `crc32 ${whole.digits}`,
  ]);
});

it('goes on from any byte, with the sum of what was sent before as well', async () => {
  const length = PART_BYTES + 100;
  const all = sending(length);
  await send(all, 0);
  const sum = sent.at(-1)?.headers['upload-checksum'];
  for (const from of [1_234_567, length]) {
    sent.splice(0);
    await send(sending(length), from);
    expect(sent.reduce((sizes, { size }) => sizes + size, 0)).toBe(length - from);
    expect(sent[0]?.headers['upload-offset']).toBe(String(from));
    expect(sent.at(-1)?.headers['upload-checksum']).toBe(sum);
  }
});

it('goes on after what may pass, and not after what will not', () => {
  const may = [
    [0, 'network.unreachable'],
    [503, 'own_storage.busy'],
    [409, 'upload.wrong_offset'],
    [408, 'upload.stalled'],
  ] as const;
  for (const [status, code] of may) expect(mayGoOn(new ApiError(status, code, '')), code).toBe(true);
  const not = [
    [409, 'upload.taken_over'],
    [413, 'upload.too_large'],
    [400, 'upload.wrong_checksum'],
  ] as const;
  for (const [status, code] of not) expect(mayGoOn(new ApiError(status, code, '')), code).toBe(false);
});

it('sends nothing more once it was given up while the sum was reckoned', async () => {
  const large = sending(PART_BYTES + 100);
  const given = new AbortController();
  const checksum = new Checksum(large.file);
  const readTo = checksum.readTo.bind(checksum);
  checksum.readTo = async (end) => {
    await readTo(end);
    if (end === large.file.size) given.abort();
  };
  await expect(send({ ...large, checksum, signal: given.signal }, 0)).rejects.toMatchObject({
    name: 'AbortError',
  });
  expect(sent.map(({ headers }) => headers['upload-offset'])).toEqual(['0']);
});
