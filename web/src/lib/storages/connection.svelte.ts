// A test of a storage under way: what its checks said so far, and how it ended.
import type { Check, Diagnosis } from '$lib/api/types';
import { confirming, tryInBrowser } from '$lib/doctor/browser';
import { causeOfDoctor } from '$lib/thumbnails/cause';

export class Connection {
  checks = $state<Check[]>([]);
  diagnosis = $state.raw<Diagnosis | null>(null);
  failed = $state.raw<unknown>(null);
  /** Whether there is anything to show. */
  begun = $state(false);
  /** What is tested, in any words that another test would not have. */
  subject = $state('');
  #current: AbortController | null = null;

  get busy(): boolean {
    return this.begun && !this.diagnosis && !this.failed;
  }

  /**
   * Runs a test in place of the one before; how it ended, also where nobody looks any more and it went on. What it throws
   * is shown, unless `refused` takes it.
   */
  async run(
    test: (hear: (check: Check) => void, signal: AbortSignal) => Promise<Diagnosis>,
    refused: (error: unknown) => boolean = () => false,
    subject = '',
  ): Promise<Diagnosis | null> {
    this.forget();
    this.subject = subject;
    const mine = (this.#current = new AbortController());
    this.begun = true;
    try {
      const hear = (check: Check) => {
        if (!mine.signal.aborted) this.checks.push(check);
      };
      const diagnosis = await test(hear, mine.signal);
      if (mine.signal.aborted) return diagnosis;
      const whole = { ...diagnosis, ...(await this.#tryHere(diagnosis, hear, mine.signal)) };
      if (!mine.signal.aborted) this.diagnosis = whole;
      return whole;
    } catch (error) {
      if (mine.signal.aborted) return null;
      if (refused(error)) this.forget();
      else this.failed = error;
      return null;
    }
  }

  /** The browser's own check, after the hub's: with it, one cause stays one. */
  async #tryHere({ sample, cause, verdict }: Diagnosis, hear: (check: Check) => void, signal: AbortSignal) {
    if (!sample) return { verdict, cause };
    const own = await tryInBrowser(sample, signal);
    if (this.#isFound(own)) hear(confirming(own));
    else hear(cause ? { ...own, fix: null } : own);
    if (own.verdict === 'passed' || verdict === 'failed') return { verdict, cause };
    return { verdict: own.verdict, cause: own.verdict === 'failed' ? own : cause };
  }

  /** Whether the hub has named what keeps the browser out of this bucket. */
  #isFound({ code, bucket }: Check): boolean {
    if (code !== 'browser.cors') return false;
    return this.checks.some(
      (check) =>
        check.verdict === 'failed' && check.bucket === bucket && causeOfDoctor(check.code) === 'cors',
    );
  }

  /** Stops what is under way and shows nothing. */
  forget() {
    this.#current?.abort();
    this.begun = false;
    this.checks = [];
    this.diagnosis = null;
    this.failed = null;
  }
}
