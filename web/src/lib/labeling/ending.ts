// How the work on a task ends: submitted, decided, skipped, kept as a draft or left, and never with a shape half drawn.
import type { Editor } from '$lib/editor';
import { words } from '$lib/words/labeling';
import { toasts } from '$ui/toasts.svelte';
import type { Intent } from './kept';
import type { SaverState } from './saving';
import type { Phase } from './session';

type Work = {
  phase: Phase;
  current: { saver: { flush: () => Promise<unknown>; state: SaverState } } | null;
  session: {
    finish: (intent: Exclude<Intent, 'draft'>) => Promise<unknown>;
    skip: () => Promise<unknown>;
  };
};

export class Ending {
  readonly #work: Work;
  readonly #editor: () => Pick<Editor, 'settle' | 'state'> | null;
  readonly #onblocked: () => void;

  constructor(work: Work, editor: () => Pick<Editor, 'settle' | 'state'> | null, onblocked: () => void) {
    this.#work = work;
    this.#editor = editor;
    this.#onblocked = onblocked;
  }

  /** Keeps a shape that is open if it is complete. False, and said, where it is not: it would be lost. */
  isSettled = (): boolean => {
    const open = this.#work.phase === 'working' ? this.#editor()?.settle() : null;
    if (!open) return true;
    const text = words.open(words.kinds[open] ?? open);
    if (!toasts.list.some((toast) => toast.text === text)) toasts.show({ tone: 'warning', text });
    return false;
  };

  finish = (intent: Exclude<Intent, 'draft'>) => {
    const editor = this.#editor();
    if (!editor || this.#work.phase !== 'working' || !this.isSettled()) return;
    // Asked once the open shape is in the answer: it may be what was missing, or what is wrong.
    const { problems, revision } = editor.state.get();
    if (intent !== 'Rejected' && problems.some(({ isBlocking }) => isBlocking)) return this.#onblocked();
    void this.#work.session.finish(intent === 'Accepted' && revision > 0 ? 'Fixed' : intent);
  };

  skip = () => {
    if (this.isSettled()) void this.#work.session.skip();
  };

  save = async () => {
    const { current } = this.#work;
    if (!this.isSettled()) return;
    await current?.saver.flush();
    if (current?.saver.state === 'saved') toasts.done(words.draftSaved);
  };
}
