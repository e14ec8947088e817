// Links that are shown once, on their way to people: what closes them unseen is held up until each is copied.
import { SvelteSet } from 'svelte/reactivity';
import type { Invite } from '$lib/api/types';

export class Handing {
  /** Somebody wanted to be gone before all were copied. */
  warned = $state(false);
  #copied = new SvelteSet<string>();

  copied = (to: string[]) => {
    for (const one of to) this.#copied.add(one);
    this.warned = false;
  };

  /** Whether all of them may vanish; whoever asks too early is told. */
  mayClose(invitations: Invite[]): boolean {
    const all = invitations.every(({ to }) => this.#copied.has(to));
    this.warned = !all;
    return all;
  }

  begin() {
    this.warned = false;
    this.#copied.clear();
  }
}
