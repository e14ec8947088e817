// A picture's bytes, straight from its bucket: signed, fetched under CORS, renewed once when the bucket refuses.
import { CannotShow, causeOfAnswer } from './cause';
import type { SignedUrls } from './signer';
import { causeOfSilence } from './silence';

/** How long a bucket may say nothing before one stops waiting for it. */
const SILENT_MS = 20_000;

/** Enough of a refusal to find its code; the rest is not read. */
const REFUSAL_BYTES = 4096;

/**
 * Fetches an asset's bytes; throws `CannotShow` with the one cause, or an `AbortError`. `cache` is for who tries again:
 * what the browser remembers is what could not be shown.
 */
export async function fetchPicture(
  id: string,
  urls: SignedUrls,
  signal: AbortSignal,
  cache: RequestCache = 'default',
): Promise<Blob> {
  const first = await attempt(await urls.get(id), signal, cache);
  if (first instanceof Blob) return first;
  // A signature may have expired or its credentials may have been rotated meanwhile: one fresh try settles it.
  if (first.why !== 'denied' && first.why !== 'expired') throw first;
  signal.throwIfAborted();
  const second = await attempt(await urls.get(id, true), signal, cache);
  if (second instanceof Blob) return second;
  throw second;
}

async function attempt(url: string, signal: AbortSignal, cache: RequestCache): Promise<Blob | CannotShow> {
  signal.throwIfAborted();
  let response: Response | undefined;
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), SILENT_MS);
  try {
    response = await fetch(url, {
      mode: 'cors',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache,
      signal: AbortSignal.any([signal, silence.signal]),
    });
    // A large picture may take longer than the first word of its bucket.
    clearTimeout(timer);
    if (response.ok) return await response.blob();
    const body = await response.text();
    return causeOfAnswer(response.status, body.slice(0, REFUSAL_BYTES));
  } catch (error) {
    if (signal.aborted) throw error;
    if (silence.signal.aborted) return new CannotShow('network', 'browser.hangs');
    // What was answered and broke off is no matter of CORS.
    return response ? new CannotShow('network', 'browser.broke-off') : causeOfSilence(url);
  } finally {
    clearTimeout(timer);
  }
}
