// The page's side of making pictures small: hands them to a worker and waits for the answers.
import { CannotShow } from './cause';
import type { ShrinkAnswer, ShrinkRequest } from './shrink.worker';
import ShrinkWorker from './shrink.worker?worker';

export type Shrunk = { small: Blob; width: number; height: number };
type Waiting = { resolve: (shrunk: Shrunk) => void; reject: (error: unknown) => void };

class Shrinker {
  #worker: Worker | undefined;
  #waiting = new Map<number, Waiting>();
  #tickets = 0;

  /** A copy whose longer edge has at most `edge` pixels, with the size of the whole picture. */
  shrink(picture: Blob, edge: number): Promise<Shrunk> {
    return new Promise((resolve, reject) => {
      const ticket = ++this.#tickets;
      this.#waiting.set(ticket, { resolve, reject });
      this.#started().postMessage({ ticket, picture, edge } satisfies ShrinkRequest);
    });
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new ShrinkWorker();
    worker.onmessage = (event: MessageEvent<ShrinkAnswer>) => this.#answered(event.data);
    // A worker that dies (a picture too large for its memory) takes its work with it; the next picture starts another.
    worker.onerror = () => {
      worker.terminate();
      this.#worker = undefined;
      const lost = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const { reject } of lost) reject(new CannotShow('undecodable', 'browser.decoder-stopped'));
    };
    this.#worker = worker;
    return worker;
  }

  #answered(answer: ShrinkAnswer) {
    const waiting = this.#waiting.get(answer.ticket);
    this.#waiting.delete(answer.ticket);
    if (!waiting) return;
    if ('failed' in answer) waiting.reject(new CannotShow('undecodable', 'browser.undecodable'));
    else waiting.resolve(answer);
  }
}

export const shrinker = new Shrinker();
