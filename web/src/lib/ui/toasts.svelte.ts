// Short messages that come from above and leave by themselves: what was done, or what went wrong meanwhile.
import { untrack } from 'svelte';
import { describeError } from '$lib/api/errors';

export type Toast = {
  id: number;
  tone: 'success' | 'warning' | 'danger' | 'info';
  text: string;
  code?: string;
  action?: { label: string; run: () => void };
};

const STAYS_MS = 6_000;
/** What can be taken back has to be read, thought about and reached, by keyboard too. */
const STAYS_WITH_ACTION_MS = 20_000;
const SHOWN_AT_MOST = 4;

class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #isHeld = false;

  /** Answers by which id it is known. */
  show(toast: Omit<Toast, 'id'>): number {
    const shown = { ...toast, id: this.#next++ };
    // Whoever tells something in an effect does not wait for what others tell.
    this.list = [...untrack(() => this.list), shown].slice(-SHOWN_AT_MOST);
    if (!this.#isHeld) this.#start(shown);
    return shown.id;
  }

  /** The message stays, and what it offered to do is offered no more. */
  withdraw(id: number) {
    this.list = untrack(() => this.list).map((toast) =>
      toast.id === id ? { ...toast, action: undefined } : toast,
    );
  }

  done(text: string, action?: Toast['action']) {
    this.show({ tone: 'success', text, action });
  }

  failed(error: unknown, title?: string) {
    const told = describeError(error);
    this.show({ tone: 'danger', text: title ? `${title} ${told.message}` : told.message, code: told.code });
  }

  close(id: number) {
    this.list = this.list.filter((toast) => toast.id !== id);
    // Whoever pointed at it points at nothing now.
    this.release();
  }

  /** Nothing leaves while somebody points at the messages or has the focus among them. */
  hold() {
    this.#isHeld = true;
    this.#stop();
  }

  release() {
    this.#isHeld = false;
    this.#stop();
    for (const toast of this.list) this.#start(toast);
  }

  #stop() {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #start({ id, tone, action }: Toast) {
    // Errors stay until they are read and closed.
    if (tone === 'danger') return;
    const stays = action ? STAYS_WITH_ACTION_MS : STAYS_MS;
    this.#timers.set(
      id,
      setTimeout(() => this.#leave(id), stays),
    );
  }

  #leave(id: number) {
    this.#timers.delete(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
