// What is on its way to the hub after its task was left, in this visit or in an earlier one.
import type { Task } from '$lib/api/tasks';
import type { Keeper, Kept } from './kept';
import { saysTheSame } from './same';
import { Saver } from './saver';
import type { SaverParts, Transport } from './saving';

export type OutboxParts = {
  user: string;
  organization: string | null;
  transport: Transport;
  keeper: Keeper;
  /** Whether another tab has the task open, and so sends it itself. */
  isOpenElsewhere?: (task: string) => Promise<boolean>;
  onchange?: () => void;
  /** Somebody else saved a task that was left already: only opening it again gives the choice. */
  onconflict?: (saver: Saver) => void;
};

export type Opened = {
  saver: Saver;
  /** What to show: what this browser kept, or what the hub has. */
  answer: Task['answer'];
  /** Whether what is shown was kept here and never reached the hub. */
  isRestored: boolean;
};

export class Outbox {
  /** What is not with the hub yet, oldest first. */
  waiting: Saver[] = [];
  readonly #parts: OutboxParts;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Starts to save a task that was opened, from what this browser kept of it if there is such. */
  async open(task: Task, name: string, onchange: (saver: Saver) => void): Promise<Opened> {
    const { user, keeper } = this.#parts;
    this.#drop(task._id);
    const kept = await keeper.get(user, task._id).catch(() => undefined);
    const parts = this.#saverParts(task, name, onchange);
    if (!kept) return { saver: new Saver(parts), answer: task.answer, isRestored: false };
    if (saysTheSame(kept.answer, task.answer)) {
      // It had arrived; only the hub's word had not.
      await keeper.remove(user, task._id).catch(() => {});
      return { saver: new Saver(parts), answer: task.answer, isRestored: false };
    }
    const saver = new Saver(parts, { ...kept, intent: 'draft' });
    if (kept.revision !== task.revision) saver.conflictWith(task);
    return { saver, answer: kept.answer, isRestored: true };
  }

  /** Takes over a saver whose task was left: it goes on until the hub has everything. */
  hand(saver: Saver, delivered: Promise<unknown>) {
    this.waiting = [...this.waiting, saver];
    this.#changed();
    delivered.catch(() => {}).finally(() => this.#tidy(saver));
  }

  /** Sends what earlier visits kept. Resolves when each was tried once. */
  async resume(except?: string) {
    const all = await this.#parts.keeper.all(this.#parts.user).catch(() => []);
    await Promise.all(all.filter(({ task }) => task !== except).map((kept) => this.#resend(kept)));
  }

  /** The network is back, or somebody signed in. */
  retry() {
    for (const saver of this.waiting) saver.retry();
  }

  async #resend(kept: Kept) {
    if (kept.organization !== this.#parts.organization) return;
    if (this.waiting.some(({ taskId }) => taskId === kept.task)) return;
    if (await this.#parts.isOpenElsewhere?.(kept.task)) return;
    const task = { _id: kept.task, project: kept.project, stage: kept.stage, revision: kept.revision };
    let tried = () => {};
    const once = new Promise<void>((resolve) => (tried = resolve));
    const saver = new Saver(
      this.#saverParts(task, kept.name, ({ state }) => {
        if (state !== 'saving' && state !== 'unsaved') tried();
        this.#changed();
        if (saver.isSaved) this.#drop(kept.task);
      }),
      kept,
    );
    this.hand(saver, kept.intent === 'draft' ? saver.flush() : saver.finish(kept.intent));
    await once;
  }

  #saverParts(task: SaverParts['task'], name: string, onchange: (saver: Saver) => void): SaverParts {
    const { user, organization, transport, keeper } = this.#parts;
    let asked = false;
    const changed = (saver: Saver) => {
      onchange(saver);
      const isAsking = saver.state === 'conflict' && this.waiting.includes(saver);
      if (isAsking && !asked) this.#parts.onconflict?.(saver);
      asked = isAsking;
    };
    return { task, name, user, organization, transport, keeper, onchange: changed };
  }

  #tidy(saver: Saver) {
    if (saver.isSaved) this.#drop(saver.taskId);
    else this.#changed();
  }

  #drop(task: string) {
    const left = this.waiting.filter((saver) => saver.taskId !== task);
    if (left.length === this.waiting.length) return;
    for (const saver of this.waiting) if (saver.taskId === task) saver.close();
    this.waiting = left;
    this.#changed();
  }

  #changed() {
    this.#parts.onchange?.();
  }
}
