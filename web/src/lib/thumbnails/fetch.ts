// A picture's bytes, straight from its bucket: signed, fetched under CORS, renewed once when the bucket refuses.
import { causeOfAnswer, causeOfSilence, type CannotShow } from './cause';
import type { SignedUrls } from './signer';

/** Enough of a refusal to find its code; the rest is not read. */
const REFUSAL_BYTES = 4096;

/** Fetches an asset's bytes; throws `CannotShow` with the one cause, or an `AbortError`. */
export async function fetchPicture(id: string, urls: SignedUrls, signal: AbortSignal): Promise<Blob> {
  const first = await attempt(await urls.get(id), signal);
  if (first instanceof Blob) return first;
  // A signature may have expired or its credentials may have been rotated meanwhile: one fresh try settles it.
  if (first.why !== 'denied' && first.why !== 'expired') throw first;
  signal.throwIfAborted();
  const second = await attempt(await urls.get(id, true), signal);
  if (second instanceof Blob) return second;
  throw second;
}

async function attempt(url: string, signal: AbortSignal): Promise<Blob | CannotShow> {
  signal.throwIfAborted();
  try {
    const response = await fetch(url, {
      mode: 'cors',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal,
    });
    if (response.ok) return await response.blob();
    const body = await response.text();
    return causeOfAnswer(response.status, body.slice(0, REFUSAL_BYTES));
  } catch (error) {
    if (signal.aborted) throw error;
    return causeOfSilence();
  }
}
