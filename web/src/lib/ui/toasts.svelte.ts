// Short messages that come from above and leave by themselves: what was done, or what went wrong meanwhile.
import { describeError } from '$lib/api/errors';

export type Toast = {
  id: number;
  tone: 'success' | 'danger' | 'info';
  text: string;
  code?: string;
  action?: { label: string; run: () => void };
};

const STAYS_MS = 6_000;
const SHOWN_AT_MOST = 4;

class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(toast: Omit<Toast, 'id'>) {
    const id = this.#next++;
    this.list = [...this.list, { ...toast, id }].slice(-SHOWN_AT_MOST);
    // Errors stay until they are read and closed.
    if (toast.tone !== 'danger') this.#start(id);
  }

  done(text: string, action?: Toast['action']) {
    this.show({ tone: 'success', text, action });
  }

  failed(error: unknown, title?: string) {
    const told = describeError(error);
    this.show({ tone: 'danger', text: title ? `${title} ${told.message}` : told.message, code: told.code });
  }

  close(id: number) {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  hold(id: number) {
    clearTimeout(this.#timers.get(id));
  }

  release(toast: Toast) {
    if (toast.tone !== 'danger') this.#start(toast.id);
  }

  #start(id: number) {
    this.#timers.set(
      id,
      setTimeout(() => this.close(id), STAYS_MS),
    );
  }
}

export const toasts = new Toasts();
