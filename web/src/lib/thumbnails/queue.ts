// Work in the order it was asked for, a few at a time; what nobody waits for any more never starts.
export class Queue {
  #atOnce: number;
  #running = 0;
  #waiting = new Set<() => void>();

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Runs `work` when its turn comes; rejects with the signal's reason if it is given up before. */
  run<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const start = () => {
        this.#waiting.delete(start);
        signal.removeEventListener('abort', giveUp);
        this.#running += 1;
        work()
          .then(resolve, reject)
          .finally(() => {
            this.#running -= 1;
            this.#next();
          });
      };
      const giveUp = () => {
        this.#waiting.delete(start);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(start);
      this.#next();
    });
  }

  #next() {
    for (const start of this.#waiting) {
      if (this.#running >= this.#atOnce) return;
      start();
    }
  }
}
