// The browser's own check of a storage: fetches an object as the pages do, because the hub cannot see what stands between
// a browser and a bucket.
import type { Check } from '$lib/api/types';
import { CannotShow, causeOfAnswer } from '$lib/thumbnails/cause';
import { words } from '$lib/words/doctor';
import type { Met } from './tryOut.worker';
import script from './tryOut.worker?worker&url';

/** An object that the hub could read, and the hub's leave to try the server that it is on. */
export type Sample = { bucket: string; key: string; url: string; leave: string };

type Outcome = Pick<Check, 'verdict' | 'status' | 'serverCode' | 'code' | 'message' | 'fix'>;

/**
 * Fetches the object as a page would, from a worker: what this page may reach was settled before anybody typed the
 * storage's endpoint. No `<img>` is tried beside it: pages show pictures from what `fetch` brought.
 */
export async function tryInBrowser(sample: Sample, signal: AbortSignal): Promise<Check> {
  const began = performance.now();
  const met = await meet(sample, signal);
  signal.throwIfAborted();
  const { bucket, key } = sample;
  return {
    name: 'browser',
    bucket,
    key,
    call: 'GET',
    tookMs: Math.round(performance.now() - began),
    ...outcomeOf(met, sample),
  };
}

/** Nothing, where the worker did not start: its leave has ended, or the hub is away. */
function meet({ url, leave }: Sample, signal: AbortSignal): Promise<Met | null> {
  const worker = new Worker(`${script}?leave=${leave}`, { type: 'module' });
  return new Promise<Met | null>((resolve, reject) => {
    worker.onmessage = (event: MessageEvent<Met>) => resolve(event.data);
    worker.onerror = () => resolve(null);
    signal.addEventListener('abort', () => reject(signal.reason));
    worker.postMessage(url);
  }).finally(() => worker.terminate());
}

function outcomeOf(met: Met | null, { url, key }: Sample): Outcome {
  if (!met) return { verdict: 'warned', code: 'browser.not_tried', message: words.browser.notTried };
  if (met.kind === 'answered') {
    const { status, body } = met;
    if (status < 300) return { verdict: 'passed', status, message: words.browser.passed(key) };
    return failed(causeOfAnswer(status, body), status);
  }
  if (isMixed(url)) return told('browser.mixed-content', words.browser.mixed, words.browser.mixedFix);
  if (met.kind === 'forbidden') return told('browser.led-elsewhere', words.browser.ledElsewhere);
  return failed(new CannotShow(met.why, met.code));
}

/** What the browser met where the hub found it before: one cause is told once. */
export function confirming(own: Check): Check {
  return { ...own, verdict: 'same', code: null, fix: null, message: words.browser.same };
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
