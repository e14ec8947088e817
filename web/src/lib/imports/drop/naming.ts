// What a file is called in the hub's own storage, whether it can become an asset, and what is on record of many.
import { words } from '$lib/words/addData';

export type Refusal = 'type' | 'list' | 'empty' | 'unreadable' | 'tooMany';

/** What the hub shows, or hands out as it is: pictures, videos, sound, text, documents, medical volumes. */
const ACCEPTED = new Set(
  (
    'jpg jpeg png gif webp bmp avif tif tiff mp4 webm ogg mov avi mp3 wav flac ' +
    'txt md html pdf dcm nrrd nii nii.gz'
  ).split(' '),
);

/** Lists of addresses, which Upload Data URL reads. */
const LIST = /[^/]\.(json|ndjson|jsonl|csv|tsv)(\.gz)?$/i;

/** Whether a file is copied, and is no list of addresses in any case. */
export function isNoList(path: string): boolean {
  const ending = endingOf(path);
  return ending !== 'txt' && ACCEPTED.has(ending);
}

/** The ending of a name, both of a double one: `nii.gz`. */
export function endingOf(path: string): string {
  const name = path.split('/').at(-1)?.toLowerCase() ?? '';
  if (name.endsWith('.nii.gz')) return 'nii.gz';
  const at = name.lastIndexOf('.');
  return at > 0 ? name.slice(at + 1) : '';
}

export function refusalOf(path: string, size: number): Refusal | null {
  if (LIST.test(path)) return 'list';
  if (!ACCEPTED.has(endingOf(path))) return 'type';
  return size === 0 ? 'empty' : null;
}

function hash(text: string, seed: number): string {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  const hex = (part: number) => (part >>> 0).toString(16).padStart(8, '0');
  return hex(high) + hex(low);
}

/**
 * The name of a file in the hub's own storage. It follows from the file's path, size and time, so that the same file
 * has the same name when it is dropped again after a reload, and another file has another.
 */
export function nameOf(path: string, size: number, modified: number): string {
  const identity = `${path}\n${size}\n${modified}`;
  return `${hash(identity, 0)}${hash(identity, 1)}.${endingOf(path)}`;
}

/** Longest name of an import, in characters. */
const IMPORT_NAME_MAX = 200;

/** What an import of dropped files is called where it is told of: one by its name, several by their number. */
export function nameOfImport(uploaded: { externalId: string }[]): string {
  const [first, ...others] = uploaded;
  if (!first || others.length) return words.drop.import(uploaded.length);
  // What no name may hold, though some file systems do.
  const name = (first.externalId.split('/').at(-1) ?? '').replace(/[\p{Cc}\p{Cs}]+/gu, ' ').trim();
  return [...name].slice(0, IMPORT_NAME_MAX).join('') || words.drop.import(1);
}
