// A picture's bytes, straight from its bucket: signed, fetched under CORS, and tried again where that may help.
import { CannotShow, causeOfAnswer, type Cause } from './cause';
import type { SignedUrls } from './signer';
import { causeOfSilence } from './silence';

/** How long a bucket may say nothing before one stops waiting for it. */
const SILENT_MS = 20_000;

/** Enough of a refusal to find its code; the rest is not read. */
const REFUSAL_BYTES = 4096;

/** A bucket that has too much to do is left alone for so long, then longer, before each further try. */
const BUSY_WAITS_MS = [400, 1_200, 3_000];

/** A signature may have expired, its credentials been rotated or the bucket's region been learned meanwhile. */
const SIGNED_ANEW = new Set<Cause>(['denied', 'expired', 'session', 'keys', 'clock', 'wrongRegion']);

/** What a second try a moment later would not change. */
const FINAL = new Set<string>(['browser.offline', 'browser.hangs']);

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
  let outcome = await attempt(await urls.get(id), signal, cache);
  for (let tries = 1; outcome instanceof CannotShow; tries += 1) {
    const { why, code } = outcome;
    const waitMs = why === 'busy' ? BUSY_WAITS_MS[tries - 1] : 0;
    if (FINAL.has(code) || waitMs === undefined || (why !== 'busy' && tries > 1)) throw outcome;
    if (waitMs) await pause(waitMs, signal);
    // Browsers keep refusals, redirects and answers that no page may read like pictures: the second try goes past them.
    outcome = await attempt(await urls.get(id, SIGNED_ANEW.has(why)), signal, 'reload');
  }
  return outcome;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const giveUp = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    // Not all cells of a page at once.
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      },
      ms * (0.75 + Math.random() / 2),
    );
    signal.addEventListener('abort', giveUp, { once: true });
  });
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
    if (silence.signal.aborted) return new CannotShow('network', 'browser.hangs', '', true);
    // What was answered and broke off is no matter of CORS.
    return response ? new CannotShow('network', 'browser.broke-off', '', true) : causeOfSilence(url);
  } finally {
    clearTimeout(timer);
  }
}
