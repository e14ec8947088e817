// How one file goes to the hub: a small one at once, a large one in parts, so that whatever cuts it off costs a part of a
// part. The hub keeps what arrived, and whoever comes back goes on from there.
import { sendBytes, uploadLink } from '$lib/api/uploads';
import { ApiError, mayPass } from '$lib/api/errors';
import type { Checksum } from './checksum';

/** Files up to this size are sent at once. */
export const WHOLE_BYTES_MAX = 1 << 20;
/** One request's share of a large file: also what a proxy that gathers whole bodies may lose. */
export const PART_BYTES = 8 << 20;
/** Links last an hour; this leaves the last part time enough. */
const LINK_FRESH_MS = 30 * 60 * 1000;

export type Sending = {
  projectId: string;
  name: string;
  file: File;
  checksum: Checksum;
  signal: AbortSignal;
  /** How far it is, in bytes. */
  onprogress: (sent: number) => void;
  /** So much is with the hub for certain. */
  onkept: (bytes: number) => void;
};

/** Sends what is left of a file from this byte on; its address once it is safe. */
export async function send(sending: Sending, from: number): Promise<string> {
  const { projectId, name, file, signal, onprogress } = sending;
  let link = await uploadLink(projectId, name);
  signal.throwIfAborted();
  if (file.size <= WHOLE_BYTES_MAX) {
    await sendBytes('PUT', link, {}, file, onprogress, signal);
    return addressOf(link);
  }
  let linkedAt = performance.now();
  // Where all of it is there already, an empty part makes the hub finish it.
  for (let offset = from; ;) {
    if (performance.now() - linkedAt > LINK_FRESH_MS) {
      link = await uploadLink(projectId, name);
      linkedAt = performance.now();
    }
    const end = Math.min(offset + PART_BYTES, file.size);
    await sendPart(sending, link, offset, end);
    if (end === file.size) return addressOf(link);
    offset = end;
    sending.onkept(offset);
  }
}

async function sendPart(sending: Sending, link: string, offset: number, end: number) {
  const { file, checksum, signal, onprogress } = sending;
  const headers: Record<string, string> = {
    'upload-offset': String(offset),
    'upload-length': String(file.size),
  };
  // The last part brings the sum of all; with the others it is reckoned meanwhile.
  const summed = checksum.readTo(end);
  if (end === file.size) {
    await summed;
    headers['upload-checksum'] = `crc32 ${checksum.digits}`;
  }
  // Given up while the sum was reckoned: then nothing may be sent any more.
  signal.throwIfAborted();
  const told = (sent: number) => onprogress(offset + sent);
  const sent = sendBytes('PATCH', link, headers, file.slice(offset, end), told, signal);
  await Promise.all([sent, summed]);
}

const addressOf = (link: string) => link.split('?')[0] ?? link;

/** Whether trying again may help, after it was asked where to go on. */
export function mayGoOn(error: unknown): boolean {
  const again = ['upload.wrong_offset', 'upload.cut_off', 'upload.stalled'];
  return mayPass(error) || (error instanceof ApiError && again.includes(error.code));
}

/** The hub has all of it and brings it to its place, which may take a while. */
export function isFinishing(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'upload.finishing';
}
