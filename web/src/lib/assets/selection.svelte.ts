// Which assets are selected, by id, so that a selection survives scrolling, sorting and changing the view; or all that
// match, of which only the first are loaded.
import { SvelteSet } from 'svelte/reactivity';

export class Selection {
  ids = new SvelteSet<string>();
  /** Everything that the list would show, loaded or not. */
  everything = $state(false);
  #anchor: number | null = null;

  has(id: string) {
    return this.everything || this.ids.has(id);
  }

  /** How many are selected of a list of `total`. */
  count(total: number | undefined): number {
    return this.everything ? (total ?? 0) : this.ids.size;
  }

  /** Turns one on or off; with `range`, everything between it and the one before becomes like it. */
  toggle(all: readonly { _id: string }[], index: number, range = false) {
    const id = all[index]?._id;
    if (!id) return;
    // All but one cannot be said of what is not loaded: what is loaded stays selected.
    if (this.everything) this.addAll(all);
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
    this.everything = false;
    for (const { _id } of all) this.ids.add(_id);
  }

  selectEverything() {
    this.everything = true;
  }

  clear() {
    this.everything = false;
    this.ids.clear();
    this.#anchor = null;
  }
}
