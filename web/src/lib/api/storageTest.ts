// The doctor of storages: checks as they end, and the diagnosis behind the last.
import { answer, hub } from './client';
import type { Check, Diagnosis, StorageForm } from './types';

type Line = { check: Check } | { diagnosis: Diagnosis };

/** Tries a storage that is not saved; `hear` is told each check as it ends. */
export async function testStorage(
  storage: StorageForm,
  buckets: string[],
  hear: (check: Check) => void,
  signal: AbortSignal,
): Promise<Diagnosis> {
  const call = hub.POST('/v2/storages/test', {
    body: { storage, buckets: buckets.length ? buckets : undefined },
    headers: { accept: 'application/x-ndjson' },
    parseAs: 'stream',
    signal,
  });
  // A stream is its own data; the envelope is for answers that come at once.
  const stream = await answer(call.then((result) => ({ ...result, data: wrapped(result.data) })));
  for await (const line of linesOf(stream)) {
    const told = JSON.parse(line) as Line;
    if ('diagnosis' in told) return told.diagnosis;
    hear(told.check);
  }
  throw new TypeError('the checks broke off');
}

function wrapped(data: ReadableStream<Uint8Array> | null | undefined) {
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
