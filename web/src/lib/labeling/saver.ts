// Saves the answer of one task so that nothing is lost: kept by the browser at once, sent after a pause, tried again
// until the hub has it, and never over somebody else's work without asking.
import { ApiError, mayPass } from '$lib/api/errors';
import type { Answer, Annotation, Task } from '$lib/api/tasks';
import { Keeping } from './keeping';
import type { Intent, Kept } from './kept';
import { saysTheSame } from './same';
import { Unsettled, type SaverParts, type SaverState } from './saving';
import { Stopwatch } from './stopwatch';

/** Short enough that a draft is with the hub within a second of a pause. */
const PAUSE_MS = 700;
/** Who never pauses is saved all the same. */
const LONGEST_WAIT_MS = 5_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** What a browser sends for a page that is gone is bounded at 64 KiB, headers included. */
const KEEPALIVE_BYTES = 60_000;

/** The person took back that they were done, by choosing what somebody else had saved. */
export class TookTheirs extends Error {
  constructor(readonly theirs: Task) {
    super('the other answer was taken');
    this.name = 'TookTheirs';
  }
}

const EMPTY: Answer = { tools: [], classifications: [], relations: [] };

type Waiting = { resolve: (task: Task) => void; reject: (error: unknown) => void };

export class Saver {
  state: SaverState = 'saved';
  error: unknown = null;
  theirs: Task | null = null;

  readonly #parts: SaverParts;
  readonly #keeping: Keeping;
  readonly watch: Stopwatch;
  #answer: () => Answer;
  #revision: number;
  #intent: Intent = 'draft';
  #version = 0;
  #savedVersion = 0;
  /** What is on its way; the next waits for it. */
  #sending: Promise<void> | null = null;
  #isOver = false;
  #retries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unsavedSinceMs: number | null = null;
  #waiting: Waiting[] = [];
  /** Sent, and no answer came: the hub may have it all the same. */
  #unheard: Answer[] = [];

  constructor(parts: SaverParts, kept?: Kept) {
    this.#parts = parts;
    this.#revision = kept?.revision ?? parts.task.revision;
    this.watch = new Stopwatch(this.#nowMs, kept?.durationMs);
    this.#keeping = new Keeping(parts.keeper, this.#toKeep, () => parts.onchange?.(this));
    const first = kept?.answer ?? parts.task.answer ?? EMPTY;
    this.#answer = () => first;
    if (!kept) return;
    this.#intent = kept.intent;
    this.#version = 1;
    this.state = 'unsaved';
  }

  get taskId() {
    return this.#parts.task._id;
  }

  get name() {
    return this.#parts.name;
  }

  get project() {
    return this.#parts.task.project;
  }

  get revision() {
    return this.#revision;
  }

  get intent() {
    return this.#intent;
  }

  /** False when even the browser could not keep what is not saved. */
  get isKept() {
    return this.#keeping.isKept;
  }

  /** Whether the hub has everything. */
  get isSaved() {
    return this.#version === this.#savedVersion && this.#intent === 'draft';
  }

  /** Whether nothing was changed since the task was opened. */
  get isUntouched() {
    return this.#version === 0;
  }

  /** Takes a change. The answer is a function, so that it is written out only when somebody needs it. */
  change(answer: () => Answer) {
    if (this.#isOver || this.#intent !== 'draft') return;
    this.#answer = answer;
    this.#version += 1;
    this.#unsavedSinceMs ??= this.#nowMs();
    this.watch.tick();
    this.#keeping.keep();
    if (this.state === 'conflict' || this.state === 'signedOut' || this.state === 'offline') return;
    if (!this.#sending) this.#show('unsaved');
    this.#later();
  }

  /** Sends what is not saved now, without waiting for a pause. */
  async flush() {
    if (!this.isSaved && this.state !== 'conflict') await this.#send();
  }

  /** Waits until the hub has everything. Throws where the network, the hub or the person has a word first. */
  async settle() {
    while (!this.isSaved) {
      if (this.state !== 'conflict') await this.#send();
      if (!this.isSaved && !this.#sending && this.state !== 'unsaved') throw this.error ?? new Unsettled();
    }
  }

  /** The person is done: sends the answer with what they decided, and waits for the hub's word however long it takes. */
  finish(intent: Exclude<Intent, 'draft'>): Promise<Task> {
    this.watch.tick();
    this.#intent = intent;
    const done = new Promise<Task>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#keeping.keep();
    if (this.state !== 'conflict') void this.#send();
    return done;
  }

  /** Tries again now: the network is back, or somebody signed in. */
  retry() {
    if (this.state === 'offline' || this.state === 'signedOut' || this.state === 'unsaved') void this.#send();
  }

  /** What was kept grew from an older answer than the hub has now: asks before anything is sent. */
  conflictWith(theirs: Task) {
    this.theirs = theirs;
    this.#show('conflict');
  }

  /** After a conflict: sends mine over theirs. */
  keepMine() {
    if (!this.theirs) return;
    this.#revision = this.theirs.revision;
    this.theirs = null;
    void this.#send();
  }

  /** After a conflict: forgets mine and gives theirs. */
  takeTheirs(): Task | null {
    const { theirs } = this;
    if (!theirs) return null;
    this.theirs = null;
    this.#revision = theirs.revision;
    this.#answer = () => theirs.answer ?? EMPTY;
    this.#intent = 'draft';
    this.#settled();
    for (const { reject } of this.#waiting.splice(0)) reject(new TookTheirs(theirs));
    return theirs;
  }

  /** The page goes away: one last try that outlives it. What was kept stays until the hub's word is seen. */
  leave() {
    clearTimeout(this.#timer);
    if (this.isSaved || this.#sending || this.#intent !== 'draft') return;
    if (this.state !== 'unsaved' && this.state !== 'offline') return;
    const annotation = this.#annotation();
    if (JSON.stringify(annotation).length > KEEPALIVE_BYTES) return;
    this.#parts.transport.annotate(this.taskId, annotation, true).catch(() => {});
  }

  /** Stops for good, after `leave` or when the task is done. */
  close() {
    clearTimeout(this.#timer);
    this.#isOver = true;
  }

  #nowMs = () => (this.#parts.nowMs ?? Date.now)();

  #later() {
    clearTimeout(this.#timer);
    const since = this.#unsavedSinceMs ?? this.#nowMs();
    const longest = Math.max(0, since + LONGEST_WAIT_MS - this.#nowMs());
    this.#timer = setTimeout(() => void this.#send(), Math.min(PAUSE_MS, longest));
  }

  #annotation(): Annotation {
    return {
      answer: this.#answer(),
      duration: this.watch.workedMs,
      revision: this.#revision,
      draft: this.#intent === 'draft',
    };
  }

  #send(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#isOver) return Promise.resolve();
    this.#sending ??= this.#sendOnce();
    return this.#sending;
  }

  async #sendOnce() {
    const version = this.#version;
    const intent = this.#intent;
    const annotation = this.#annotation();
    this.#show('saving');
    try {
      this.#acknowledge(await this.#deliver(intent, annotation), version, intent, annotation);
    } catch (error) {
      this.#fail(error, version, intent, annotation);
    }
  }

  #deliver(intent: Intent, { answer, duration, revision, draft }: Annotation): Promise<Task> {
    const { transport } = this.#parts;
    if (intent === 'draft' || intent === 'submit') {
      return transport.annotate(this.taskId, { answer, duration, revision, draft });
    }
    return transport.review(this.taskId, { reviewStatus: intent, answer, revision, duration });
  }

  #acknowledge(task: Task, version: number, intent: Intent, sent: Annotation) {
    this.#sending = null;
    this.#retries = 0;
    this.error = null;
    this.#unheard = [];
    this.#revision = task.revision;
    this.watch.takeOff(sent.duration);
    this.#savedVersion = version;
    if (intent !== 'draft') {
      this.#intent = 'draft';
      this.#settled();
      this.close();
      for (const { resolve } of this.#waiting.splice(0)) resolve(task);
    } else if (this.#intent !== 'draft') {
      void this.#send();
    } else if (this.#version !== version) {
      this.#unsavedSinceMs = this.#nowMs();
      this.#keeping.keep();
      this.#show('unsaved');
      this.#later();
    } else {
      this.#settled();
    }
  }

  #fail(error: unknown, version: number, intent: Intent, sent: Annotation) {
    this.#sending = null;
    if (error instanceof ApiError && error.code === 'task.changed') {
      return this.#changedMeanwhile(error, version, intent, sent);
    }
    this.error = error;
    if (error instanceof ApiError && error.status === 401) return this.#show('signedOut');
    if (mayPass(error)) {
      this.#unheard.push(sent.answer);
      const waitMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#retries);
      this.#retries += 1;
      this.#timer = setTimeout(() => void this.#send(), waitMs);
      return this.#show('offline');
    }
    // Refused for good: the person goes on with the task, and their next change is tried again.
    this.#intent = 'draft';
    this.#keeping.keep();
    this.#show('refused');
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /** The revision is not what it was: by somebody else, or by a question of ours whose answer never arrived. */
  #changedMeanwhile(error: ApiError, version: number, intent: Intent, sent: Annotation) {
    const theirs = (error.details as { task?: Task } | undefined)?.task;
    if (!theirs) {
      this.error = error;
      return this.#show('refused');
    }
    if (saysTheSame(theirs.answer, sent.answer)) {
      const isDone = intent !== 'draft' && theirs.stage !== this.#parts.task.stage;
      if (intent === 'draft' || isDone) return this.#acknowledge(theirs, version, intent, sent);
      this.#revision = theirs.revision;
      return void this.#send();
    }
    // A task that was moved on meanwhile is not moved once more unasked.
    const isWhereItWas = theirs.stage === this.#parts.task.stage;
    if (isWhereItWas && this.#unheard.some((answer) => saysTheSame(theirs.answer, answer))) {
      this.#unheard = [];
      this.#revision = theirs.revision;
      return void this.#send();
    }
    this.theirs = theirs;
    this.#show('conflict');
  }

  /** Everything is with the hub: nothing need be kept. */
  #settled() {
    this.#savedVersion = this.#version;
    this.#unsavedSinceMs = null;
    this.#keeping.forget(this.#parts.user, this.taskId);
    this.#show('saved');
  }

  #toKeep = (): Kept => {
    const { task, name, user, organization } = this.#parts;
    return {
      user,
      task: task._id,
      project: task.project,
      organization,
      name,
      stage: task.stage,
      answer: this.#answer(),
      revision: this.#revision,
      durationMs: this.watch.workedMs,
      intent: this.#intent,
      changedAtMs: this.#nowMs(),
    };
  };

  #show(state: SaverState) {
    this.state = state;
    this.#parts.onchange?.(this);
  }
}
