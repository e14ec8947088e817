// Why a fetch from a bucket brought no answer at all: browsers hide it from pages, but not whether anybody answered.
import { CannotShow } from './cause';

/** How long what was found out about a bucket is believed: a page full of cells asks once. */
const BELIEVED_MS = 10_000;

type Found = { atMs: number; answers: Promise<boolean> };
const known = new Map<string, Found>();

/** The cause behind a `TypeError` of `fetch`: nobody answers, or the bucket answers and lets no page read it. */
export async function causeOfSilence(
  url: string,
  { afresh = false, nowMs = Date.now }: { afresh?: boolean; nowMs?: () => number } = {},
): Promise<CannotShow> {
  if (typeof navigator !== 'undefined' && navigator.onLine === false) {
    return new CannotShow('offline', 'browser.offline');
  }
  const place = placeOf(url);
  let found = known.get(place);
  if (!found || afresh || nowMs() - found.atMs > BELIEVED_MS) {
    known.set(place, (found = { atMs: nowMs(), answers: somebodyAnswers(url) }));
  }
  return (await found.answers)
    ? new CannotShow('cors', 'browser.cors', '', true)
    : new CannotShow('network', 'browser.network', '', true);
}

/** Asks without wanting to read the answer, which needs no CORS rule; its body is not waited for. */
async function somebodyAnswers(url: string): Promise<boolean> {
  const enough = new AbortController();
  try {
    await fetch(url, {
      mode: 'no-cors',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
      signal: enough.signal,
    });
    return true;
  } catch {
    return false;
  } finally {
    enough.abort();
  }
}

/** CORS rules are a bucket's: its host, and the first folder where hosts have several buckets. */
function placeOf(url: string): string {
  const { origin, pathname } = new URL(url, 'http://none.invalid');
  return `${origin}/${pathname.split('/')[1] ?? ''}`;
}
