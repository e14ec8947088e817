// The browser's own check of a storage: fetches an object as the pages do, because the hub cannot see what stands between
// a browser and a bucket.
import type { Check } from '$lib/api/types';
import type { CannotShow } from '$lib/thumbnails/cause';
import { causeOfAnswer } from '$lib/thumbnails/cause';
import { causeOfSilence } from '$lib/thumbnails/silence';
import { words } from '$lib/words/doctor';

export type Sample = { bucket: string; key: string; url: string };

type Outcome = Pick<Check, 'verdict' | 'status' | 'serverCode' | 'code' | 'message' | 'fix'>;

const REFUSAL_BYTES = 4096;

/**
 * Fetches the object as a page would: a plain GET, which browsers send without asking first. A `Range` would spare bytes
 * and be another request than the one that counts; so the answer is let go of once its headers are there. No `<img>` is
 * tried beside it: pages show pictures from what `fetch` brought.
 */
export async function tryInBrowser(sample: Sample, signal: AbortSignal): Promise<Check> {
  const began = performance.now();
  const outcome = await attempt(sample, signal);
  signal.throwIfAborted();
  const { bucket, key } = sample;
  return {
    name: 'browser',
    bucket,
    key,
    call: 'GET',
    tookMs: Math.round(performance.now() - began),
    ...outcome,
  };
}

async function attempt({ url, key }: Sample, signal: AbortSignal): Promise<Outcome> {
  const enough = new AbortController();
  let isForbidden = false;
  const note = (event: SecurityPolicyViolationEvent) => (isForbidden ||= url.startsWith(event.blockedURI));
  document.addEventListener('securitypolicyviolation', note);
  try {
    const response = await fetch(url, {
      mode: 'cors',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      // What the browser remembers from before a rule was mended is no answer.
      cache: 'no-store',
      signal: AbortSignal.any([signal, enough.signal]),
    });
    if (response.ok)
      return { verdict: 'passed', status: response.status, message: words.browser.passed(key) };
    const body = (await response.text()).slice(0, REFUSAL_BYTES);
    return failed(causeOfAnswer(response.status, body), response.status);
  } catch (error) {
    if (signal.aborted) throw error;
    if (isMixed(url)) return told('browser.mixed-content', words.browser.mixed, words.browser.mixedFix);
    const cause = await causeOfSilence(url, { afresh: true });
    if (isForbidden) return { verdict: 'warned', code: 'browser.policy', message: words.browser.blocked };
    return failed(cause);
  } finally {
    document.removeEventListener('securitypolicyviolation', note);
    enough.abort();
  }
}

/** What the browser met at a picture, as a step on the way to it. */
export function ownStep(failure: CannotShow): Check {
  return { name: 'browser', tookMs: 0, ...failed(failure) };
}

function failed(cause: CannotShow, status?: number): Outcome {
  const said = status ? ` ${words.browser.answered(status, cause.code)}` : '';
  const outcome = told(cause.code, words.long[cause.why] + said, words.fixes[cause.why]);
  return status ? { ...outcome, status, serverCode: cause.code, code: `browser.${cause.why}` } : outcome;
}

function told(code: string, message: string, fix?: string): Outcome {
  return { verdict: 'failed', code, message, fix: fix ? { text: fix } : null };
}

function isMixed(url: string): boolean {
  return location.protocol === 'https:' && url.startsWith('http:');
}
