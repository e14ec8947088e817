// The doctor of storages: checks as they end, and the diagnosis behind the last.
import { answer, hub } from './client';
import type { Check, Diagnosis, StorageForm } from './types';

type Line = { check: Check } | { diagnosis: Diagnosis };

/** What is looked at: buckets by name, or one object by its address; nothing named: whatever is found. */
export type Wish = { buckets: string[]; object: string };

/** Told each check as it ends. */
type Hear = (check: Check) => void;

const NDJSON = { accept: 'application/x-ndjson' };

/** Tries a storage that is not saved. */
export function testStorage(storage: StorageForm, wish: Wish, hear: Hear, signal: AbortSignal) {
  const body = { storage, ...filled(wish), signSample: true };
  return heed(hub.POST('/v2/storages/test', { body, headers: NDJSON, parseAs: 'stream', signal }), hear);
}

/**
 * Tries a storage as it is saved, on what is named or else on the buckets that it is known to be used for. Who manages storages is handed an
 * object to try in the browser.
 */
export function testSavedStorage(
  id: string,
  wish: Wish,
  signSample: boolean,
  hear: Hear,
  signal: AbortSignal,
) {
  const [params, body] = [{ path: { id } }, { ...filled(wish), signSample }];
  return heed(
    hub.POST('/v2/storages/{id}/test', { params, body, headers: NDJSON, parseAs: 'stream', signal }),
    hear,
  );
}

/** Tries a storage on these buckets, for the list of storages to tell how it stands. */
export function tryBuckets(id: string, buckets: string[]) {
  return answer(hub.POST('/v2/storages/{id}/test', { params: { path: { id } }, body: { buckets } }));
}

/** What is empty is left out: the hub then looks for something itself. */
function filled({ buckets, object }: Wish) {
  return { buckets: buckets.length ? buckets : undefined, object: object.trim() || undefined };
}

type Stream = ReadableStream<Uint8Array> | null;

async function heed(
  call: Promise<{ data?: Stream; error?: unknown; response: Response }>,
  hear: Hear,
): Promise<Diagnosis> {
  // A stream is its own data; the envelope is for answers that come at once.
  const stream = await answer(call.then((result) => ({ ...result, data: wrapped(result.data) })));
  for await (const line of linesOf(stream)) {
    const told = JSON.parse(line) as Line;
    if ('diagnosis' in told) return told.diagnosis;
    hear(told.check);
  }
  throw new TypeError('the checks broke off');
}

function wrapped(data: Stream | undefined) {
  return data ? { data } : undefined;
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    rest += decoder.decode(value, { stream: !done });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
    if (done) break;
  }
  if (rest) yield rest;
}
