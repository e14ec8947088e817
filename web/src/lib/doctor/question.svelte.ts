// A question to the hub why one picture cannot be seen: under way, answered, or not answered.
import type { Diagnosis } from '$lib/api/types';

export class Question {
  diagnosis = $state.raw<Diagnosis | null>(null);
  failed = $state.raw<unknown>(null);
  busy = $state(false);
  #ask: (signal: AbortSignal) => Promise<Diagnosis>;
  #current: AbortController | null = null;

  constructor(ask: (signal: AbortSignal) => Promise<Diagnosis>) {
    this.#ask = ask;
  }

  /** Asks in place of the time before. */
  async ask() {
    this.forget();
    const mine = (this.#current = new AbortController());
    this.busy = true;
    try {
      const diagnosis = await this.#ask(mine.signal);
      if (!mine.signal.aborted) this.diagnosis = diagnosis;
    } catch (error) {
      if (!mine.signal.aborted) this.failed = error;
    } finally {
      if (!mine.signal.aborted) this.busy = false;
    }
  }

  /** Asks unless it is asked or answered already. */
  async askOnce() {
    if (!this.busy && !this.diagnosis) await this.ask();
  }

  forget() {
    this.#current?.abort();
    this.diagnosis = null;
    this.failed = null;
    this.busy = false;
  }
}
