// One sitting of a person who labels or reviews: which task is shown, what saves it, and what comes next.
import type { Task } from '$lib/api/tasks';
import type { Intent } from './kept';
import type { Outbox } from './outbox';
import type { Prepared, TaskQueue } from './queue';
import { TookTheirs, type Saver } from './saver';
import { Unsettled } from './saving';

export type Current<Picture> = {
  task: Task;
  answer: Task['answer'];
  saver: Saver;
  picture: Promise<Picture>;
  left: number | null;
  isRestored: boolean;
};

export type Phase =
  | 'loading'
  | 'working'
  /** Submitted, and the hub has not answered yet, or the next task is on its way. */
  | 'moving'
  /** Nothing is left in the queue. */
  | 'empty'
  /** One task that was opened alone is done. */
  | 'done'
  | 'failed';

export type SessionParts<Picture> = {
  outbox: Outbox;
  queue: TaskQueue<Picture>;
  nameOf: (task: Task) => string;
  /** Opens one task instead of the queue. */
  open?: () => Promise<{ task: Task; picture: Promise<Picture> }>;
  skip: (task: string) => Promise<unknown>;
  release: (task: string) => Promise<unknown>;
  hold?: (task: string) => () => void;
  onchange: () => void;
  /** A task that was left already was refused by the hub. */
  onrefused: (saver: Saver, error: unknown) => void;
};

export class Session<Picture> {
  phase: Phase = 'loading';
  current: Current<Picture> | null = null;
  error: unknown = null;
  /** How many tasks were done in this sitting: one that was skipped was not. */
  done = 0;
  readonly #parts: SessionParts<Picture>;
  #letGo = () => {};
  #isLeft = false;
  /** The submission before, which the person did not wait for. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(parts: SessionParts<Picture>) {
    this.#parts = parts;
  }

  async start() {
    this.error = null;
    this.#show('loading');
    try {
      await this.#parts.outbox.resume();
      const { open, queue } = this.#parts;
      await this.#enter(open ? { ...(await open()), left: null } : await queue.next());
    } catch (error) {
      this.#failed(error);
    }
  }

  /** The person is done with the task: the next one is shown at once if it is ready. */
  async finish(intent: Exclude<Intent, 'draft'>) {
    const { current } = this;
    if (!current || this.phase !== 'working') return;
    const finishing = current.saver.finish(intent);
    const next = this.#parts.open ? null : this.#parts.queue.take();
    if (next) {
      this.#parts.outbox.hand(current.saver, finishing);
      this.done += 1;
      this.#before = finishing.catch((error) => {
        this.done -= 1;
        this.#parts.onrefused(current.saver, error);
        this.#parts.onchange();
      });
      await this.#enter(withoutDone(next), finishing);
      return;
    }
    this.#show('moving');
    try {
      await finishing;
      this.done += 1;
      await this.#moveOn(withoutDone);
    } catch (error) {
      if (this.current !== current) return this.#failed(error);
      if (!(error instanceof TookTheirs)) this.error = error;
      this.#show('working');
    }
  }

  /** Puts the task at the end of the queue, with what was drawn as a draft. */
  async skip() {
    const { current } = this;
    if (!current || this.phase !== 'working') return;
    this.#show('moving');
    try {
      // Whoever gets the task next is to see what was drawn, and after the skip it is not ours to save.
      await current.saver.settle();
      await this.#parts.skip(current.task._id);
    } catch (error) {
      // A conflict asks by itself.
      if (!(error instanceof Unsettled)) this.error = error;
      return this.#show('working');
    }
    current.saver.close();
    await this.#moveOn();
  }

  /** Shows what somebody else saved instead of mine. */
  async takeTheirs() {
    const { current } = this;
    const theirs = current?.saver.takeTheirs();
    if (!current || !theirs) return;
    this.current = { ...current, task: theirs, answer: theirs.answer, isRestored: false };
    this.#show('working');
  }

  /**
   * Leaves: what is not saved is sent once more, what was not touched is given back. Gives what is on its way to the hub:
   * after each of it the lists of tasks say something else.
   */
  leave(): Promise<unknown>[] {
    if (this.#isLeft) return [];
    this.#isLeft = true;
    const sent: Promise<unknown>[] = [this.#before, this.#parts.queue.leave()];
    const { current } = this;
    this.#letGo();
    if (!current) return sent;
    current.saver.leave();
    if (current.saver.isSaved && this.phase === 'working' && current.saver.isUntouched) {
      sent.push(this.#parts.release(current.task._id).catch(() => {}));
    }
    current.saver.close();
    return sent;
  }

  /** After a task that was skipped as many are left as before. */
  async #moveOn(counted = (next: Prepared<Picture>) => next) {
    if (this.#parts.open) return this.#show('done');
    try {
      const next = await this.#parts.queue.next();
      await this.#enter(next && counted(next));
    } catch (error) {
      this.#failed(error);
    }
  }

  async #enter(
    next: (Omit<Prepared<Picture>, 'left' | 'isAhead'> & { left: number | null }) | null,
    after?: Promise<unknown>,
  ) {
    this.#letGo();
    this.error = null;
    if (!next) {
      this.current = null;
      return this.#show('empty');
    }
    const { task, picture, left } = next;
    const { outbox, nameOf, queue, hold } = this.#parts;
    this.#letGo = hold?.(task._id) ?? (() => {});
    const opened = await outbox.open(task, nameOf(task), () => this.#parts.onchange());
    if (this.#isLeft) return opened.saver.close();
    this.current = { task, picture, left, ...opened };
    this.#show('working');
    if (opened.isRestored && opened.saver.state === 'unsaved') void opened.saver.flush();
    if (this.#parts.open) return;
    // Only once the one before is through: until then the hub still holds it for the next.
    (after ?? Promise.resolve()).catch(() => {}).then(() => !this.#isLeft && queue.prepare(task._id));
  }

  #failed(error: unknown) {
    this.error = error;
    this.#show('failed');
  }

  #show(phase: Phase) {
    this.phase = phase;
    this.#parts.onchange();
  }
}

/** The one before it is done: it is not left any more, however early the next one was claimed. */
function withoutDone<Picture>(next: Prepared<Picture>): Prepared<Picture> {
  return next.isAhead ? { ...next, left: Math.max(1, next.left - 1) } : next;
}
