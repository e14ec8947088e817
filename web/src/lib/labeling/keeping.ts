// Keeps the newest state of one task in the browser, one write after the other, whatever comes while one is under way.
import type { Keeper, Kept } from './kept';

export class Keeping {
  /** False when even the browser could not keep it. */
  isKept = true;
  readonly #keeper: Keeper;
  readonly #newest: () => Kept;
  readonly #onchange: () => void;
  #isWanted = false;
  #isWriting = false;

  constructor(keeper: Keeper, newest: () => Kept, onchange: () => void) {
    this.#keeper = keeper;
    this.#newest = newest;
    this.#onchange = onchange;
  }

  keep() {
    this.#isWanted = true;
    if (!this.#isWriting) void this.#write();
  }

  /** The hub has it: nothing need be kept. */
  forget(user: string, task: string) {
    this.#isWanted = false;
    this.isKept = true;
    this.#keeper.remove(user, task).catch(() => {});
  }

  async #write() {
    this.#isWriting = true;
    while (this.#isWanted) {
      this.#isWanted = false;
      const isKept = await this.#keeper.put(this.#newest()).then(
        () => true,
        () => false,
      );
      if (isKept === this.isKept) continue;
      this.isKept = isKept;
      this.#onchange();
    }
    this.#isWriting = false;
  }
}
