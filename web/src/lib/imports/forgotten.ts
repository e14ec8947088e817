// Whether a list that is to be imported as Public names buckets: then most likely a storage was forgotten.
import type { Storage } from '$lib/api/types';
import { isUsable } from '$lib/storages/usable';

type Known = Pick<Storage, '_id' | 'endpoint' | 'buckets'>;
type Choice = Known & Pick<Storage, 'verification'>;

/** So much of a list is looked at: its first rows are like the others. */
const LOOKED_AT_BYTES = 65_536;

const AMAZON = /^(?:(.+)\.)?s3(?:[.-][a-z0-9.-]+)?\.amazonaws\.com(?:\.cn)?$/;
/** What says by itself how the address is opened. */
const OPENED_BY = ['storageId', 'integrationId', 'X-Amz-Signature', 'Signature'];

/** The buckets that the beginning of a list names, in their order; none where its rows name storages themselves. */
export async function bucketsNamed(list: Blob, storages: Known[]): Promise<string[]> {
  const text = (await beginningOf(list)).replaceAll('\\/', '/');
  const [head = ''] = text.split('\n', 1);
  if (/"storage"\s*:\s*"/.test(text) || /(?:^|[,;\t"])storage(?:[,;\t"]|\r?$)/.test(head)) return [];
  const buckets = new Set<string>();
  for (const [address] of text.matchAll(/\b(?:https?|s3):\/\/[^\s"'<>\\]+/g)) {
    const bucket = bucketOf(address, storages);
    if (bucket) buckets.add(bucket);
  }
  return [...buckets];
}

/** The storage that these buckets were reached through before, or the only one that can be used now. */
export function storageFor(buckets: string[], storages: Choice[]): string {
  const usable = storages.filter(isUsable);
  const [first] = usable.filter((storage) => buckets.some((bucket) => storage.buckets.includes(bucket)));
  return (first ?? (usable.length === 1 ? usable[0] : undefined))?._id ?? '';
}

function bucketOf(address: string, storages: Known[]): string | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.protocol === 's3:') return url.host;
  if (OPENED_BY.some((name) => url.searchParams.has(name))) return null;
  const first = decoded(url.pathname.split('/')[1] ?? '');
  const amazon = AMAZON.exec(url.hostname);
  if (amazon) return amazon[1] ?? first;
  for (const { endpoint } of storages) {
    if (!endpoint || !URL.canParse(endpoint)) continue;
    const { host } = new URL(endpoint);
    if (url.host === host) return first;
    if (url.host.endsWith(`.${host}`)) return url.host.slice(0, -host.length - 1);
  }
  return null;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

async function beginningOf(list: Blob): Promise<string> {
  const [a, b] = new Uint8Array(await list.slice(0, 2).arrayBuffer());
  const start = list.slice(0, LOOKED_AT_BYTES);
  const stream =
    a === 0x1f && b === 0x8b
      ? start
          .stream()
          .pipeThrough(new DecompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>)
      : start.stream();
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    while (text.length < LOOKED_AT_BYTES) {
      const { value, done } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    // The rest of what is packed was not looked at, so it cannot end well.
  }
  await reader.cancel().catch(() => {});
  return text;
}
