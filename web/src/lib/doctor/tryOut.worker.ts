// Fetches one object from one server. The hub serves this script with a policy that names that server alone, so that a
// storage can be tried before its endpoint is part of what every page may reach.
import type { CannotShow } from '$lib/thumbnails/cause';
import { causeOfSilence } from '$lib/thumbnails/silence';

/** What the fetch met; words for it are the page's. */
export type Met =
  | { kind: 'answered'; status: number; body: string }
  | { kind: 'silent'; why: CannotShow['why']; code: string }
  /** It led to another server than the one that was to be tried. */
  | { kind: 'forbidden' };

const REFUSAL_BYTES = 4096;

/**
 * A plain GET as pages send it, which browsers send without asking first. A `Range` would spare bytes and be another
 * request than the one that counts; so the answer is let go of once its headers are there.
 */
async function meet(url: string): Promise<Met> {
  const enough = new AbortController();
  let isForbidden = false;
  const note = () => (isForbidden = true);
  self.addEventListener('securitypolicyviolation', note);
  try {
    const response = await fetch(url, {
      mode: 'cors',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      // What the browser remembers from before a rule was mended is no answer.
      cache: 'no-store',
      signal: enough.signal,
    });
    const body = response.ok ? '' : (await response.text()).slice(0, REFUSAL_BYTES);
    return { kind: 'answered', status: response.status, body };
  } catch {
    const { why, code } = await causeOfSilence(url, { afresh: true });
    return isForbidden ? { kind: 'forbidden' } : { kind: 'silent', why, code };
  } finally {
    self.removeEventListener('securitypolicyviolation', note);
    enough.abort();
  }
}

self.onmessage = (event: MessageEvent<string>) => {
  void meet(event.data).then((met) => self.postMessage(met));
};
