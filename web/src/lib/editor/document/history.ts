// What was done and can be undone, without limit: each step holds its operations and their inverses.
import type { Document, Operation } from './document';

export type Selection = readonly number[];

type Step = {
  label: string;
  redo: Operation[];
  /** In the order in which they have to be applied: the last change first. */
  undo: Operation[];
  before: Selection;
  after: Selection;
  mergeKey: string | null;
  atMs: number;
};

/** Steps of one kind (nudging by a held arrow key, typing) are one step while each follows within this time. */
const MERGE_MS = 1_000;

export type StepOptions = Readonly<{
  before: Selection;
  after: Selection;
  nowMs: number;
  /** Steps with the same key melt together. */
  mergeKey?: string | undefined;
}>;

export class History {
  #document: Document;
  #done: Step[] = [];
  #undone: Step[] = [];

  constructor(document: Document) {
    this.#document = document;
  }

  get undoLabel(): string | null {
    return this.#done.at(-1)?.label ?? null;
  }

  get redoLabel(): string | null {
    return this.#undone.at(-1)?.label ?? null;
  }

  /** Applies operations as one step. */
  run(label: string, operations: readonly Operation[], options: StepOptions): void {
    if (operations.length === 0) return;
    const undo = operations.map((operation) => this.#document.apply(operation)).reverse();
    this.#undone = [];
    const { before, after, nowMs, mergeKey = null } = options;
    const last = this.#done.at(-1);
    if (last && mergeKey && last.mergeKey === mergeKey && nowMs - last.atMs <= MERGE_MS) {
      last.redo.push(...operations);
      last.undo.unshift(...undo);
      Object.assign(last, { after, atMs: nowMs });
      return;
    }
    this.#done.push({ label, redo: [...operations], undo, before, after, mergeKey, atMs: nowMs });
  }

  /** Takes the last step back and says what was selected before it; null when there is none. */
  undo(): Selection | null {
    const step = this.#done.pop();
    if (!step) return null;
    for (const operation of step.undo) this.#document.apply(operation);
    this.#undone.push({ ...step, mergeKey: null });
    return step.before;
  }

  redo(): Selection | null {
    const step = this.#undone.pop();
    if (!step) return null;
    for (const operation of step.redo) this.#document.apply(operation);
    this.#done.push(step);
    return step.after;
  }
}
