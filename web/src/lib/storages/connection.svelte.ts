// A test of a storage under way: what its checks said so far, and how it ended.
import type { Check, Diagnosis } from '$lib/api/types';

export class Connection {
  checks = $state<Check[]>([]);
  diagnosis = $state.raw<Diagnosis | null>(null);
  failed = $state.raw<unknown>(null);
  /** Whether there is anything to show. */
  begun = $state(false);
  #current: AbortController | null = null;

  get busy(): boolean {
    return this.begun && !this.diagnosis && !this.failed;
  }

  /** Runs a test in place of the one before. What it throws is shown, unless `refused` takes it. */
  async run(
    test: (hear: (check: Check) => void, signal: AbortSignal) => Promise<Diagnosis>,
    refused: (error: unknown) => boolean = () => false,
  ) {
    this.forget();
    const mine = (this.#current = new AbortController());
    this.begun = true;
    try {
      const hear = (check: Check) => {
        if (!mine.signal.aborted) this.checks.push(check);
      };
      const diagnosis = await test(hear, mine.signal);
      if (!mine.signal.aborted) this.diagnosis = diagnosis;
    } catch (error) {
      if (mine.signal.aborted) return;
      if (refused(error)) this.forget();
      else this.failed = error;
    }
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
