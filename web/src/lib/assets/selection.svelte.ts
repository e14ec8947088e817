// Which assets are selected, by id, so that a selection survives scrolling, sorting and changing the view; or all that
// match, of which only the first are loaded, but for some.
import { SvelteSet } from 'svelte/reactivity';

export class Selection {
  ids = new SvelteSet<string>();
  /** Everything that the list would show, loaded or not. */
  everything = $state(false);
  /** Of everything, those that were taken out again. */
  except = new SvelteSet<string>();
  #anchor: number | null = null;

  has(id: string) {
    return this.everything ? !this.except.has(id) : this.ids.has(id);
  }

  /** Whether any is selected. */
  get any(): boolean {
    return this.everything || this.ids.size > 0;
  }

  /** How many are selected of a list of `total`; none where it is not known how many match. */
  count(total: number | undefined): number | undefined {
    if (!this.everything) return this.ids.size;
    return total === undefined ? undefined : total - this.except.size;
  }

  /** Turns one on or off; with `range`, everything between it and the one before becomes like it. */
  toggle(all: readonly { _id: string }[], index: number, range = false) {
    const id = all[index]?._id;
    if (!id) return;
    const on = !this.has(id);
    const from = range && this.#anchor !== null ? this.#anchor : index;
    const [low, high] = from < index ? [from, index] : [index, from];
    for (const { _id } of all.slice(low, high + 1)) {
      // Of everything, only those that are taken out are named.
      if (this.everything) this.except[on ? 'delete' : 'add'](_id);
      else this.ids[on ? 'add' : 'delete'](_id);
    }
    this.#anchor = index;
  }

  addAll(all: readonly { _id: string }[]) {
    this.everything = false;
    this.except.clear();
    for (const { _id } of all) this.ids.add(_id);
  }

  removeAll(all: readonly { _id: string }[]) {
    for (const { _id } of all) this.ids.delete(_id);
  }

  /** A range begins anew: other assets stand in the places of those before. */
  forgetLast() {
    this.#anchor = null;
  }

  selectEverything() {
    this.everything = true;
    this.except.clear();
  }

  clear() {
    this.everything = false;
    this.ids.clear();
    this.except.clear();
    this.#anchor = null;
  }
}
