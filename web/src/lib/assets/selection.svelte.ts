// Which assets are selected, by id, so that a selection survives scrolling, sorting and changing the view.
import { SvelteSet } from 'svelte/reactivity';

export class Selection {
  ids = new SvelteSet<string>();
  #anchor: number | null = null;

  has(id: string) {
    return this.ids.has(id);
  }

  get size() {
    return this.ids.size;
  }

  /** Turns one on or off; with `range`, everything between it and the one before becomes like it. */
  toggle(all: readonly { _id: string }[], index: number, range = false) {
    const id = all[index]?._id;
    if (!id) return;
    const on = !this.ids.has(id);
    const from = range && this.#anchor !== null ? this.#anchor : index;
    const [low, high] = from < index ? [from, index] : [index, from];
    for (const { _id } of all.slice(low, high + 1)) {
      if (on) this.ids.add(_id);
      else this.ids.delete(_id);
    }
    this.#anchor = index;
  }

  addAll(all: readonly { _id: string }[]) {
    for (const { _id } of all) this.ids.add(_id);
  }

  clear() {
    this.ids.clear();
    this.#anchor = null;
  }
}
