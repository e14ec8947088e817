// The tasks that come one after the other, the next one claimed and its picture fetched while one is worked on.
import type { Task } from '$lib/api/tasks';

export type Prepared<Picture> = {
  task: Task;
  /** How many are left in the queue, this one included. */
  left: number;
  /** Claimed while the one before it was worked on, which was counted too. */
  isAhead: boolean;
  /** The decoded picture, or why there is none. */
  picture: Promise<Picture>;
};

export type QueueParts<Picture> = {
  claim: (ahead?: string) => Promise<{ task: Task | null; left: number }>;
  picture: (task: Task) => Promise<Picture>;
  /** Gives back what was claimed and not changed. */
  release: (task: string) => Promise<unknown>;
  /** A picture that was fetched and never shown. */
  discard?: (picture: Picture) => void;
};

export class TaskQueue<Picture> {
  readonly #parts: QueueParts<Picture>;
  #ahead: Promise<Prepared<Picture> | null> | null = null;
  /** The task that is ready to be shown at once. */
  ready: Prepared<Picture> | null = null;

  constructor(parts: QueueParts<Picture>) {
    this.#parts = parts;
  }

  /** Claims the next task, or gives the one that is being prepared. `null` when there is none. */
  async next(): Promise<Prepared<Picture> | null> {
    const prepared = await this.#ahead;
    this.#forget();
    // A queue that was empty a while ago may have been filled since.
    return prepared ?? this.#claim();
  }

  /** Claims and fetches what comes after a task, quietly: whether it worked shows when it is wanted. */
  prepare(after: string) {
    if (this.#ahead) return;
    const ahead = this.#claim(after).catch(() => null);
    this.#ahead = ahead;
    void ahead.then((prepared) => {
      if (this.#ahead === ahead) this.ready = prepared;
    });
  }

  /** Takes the task that is ready. */
  take(): Prepared<Picture> | null {
    const { ready } = this;
    if (ready) this.#forget();
    return ready;
  }

  /** Gives back what was prepared, or is being prepared, and is over once it is back. */
  async leave(): Promise<void> {
    const { ready } = this;
    const ahead = this.#ahead;
    this.#forget();
    // What is there is given back before the page is gone.
    const prepared = ready ?? (await ahead);
    if (prepared) await this.#giveBack(prepared);
  }

  async #claim(ahead?: string): Promise<Prepared<Picture> | null> {
    const { task, left } = await this.#parts.claim(ahead);
    if (!task || task._id === ahead) return null;
    const picture = this.#parts.picture(task);
    // Looked at when the task is shown; until then nobody need hear of it.
    picture.catch(() => {});
    return { task, left, isAhead: ahead !== undefined, picture };
  }

  #giveBack({ task, picture }: Prepared<Picture>): Promise<unknown> {
    picture.then((fetched) => this.#parts.discard?.(fetched)).catch(() => {});
    return this.#parts.release(task._id).catch(() => {});
  }

  #forget() {
    this.#ahead = null;
    this.ready = null;
  }
}
