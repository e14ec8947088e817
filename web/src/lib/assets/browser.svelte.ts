// What grid and table share: the asset in focus, moving by keys, selecting, opening.
import { tick } from 'svelte';
import type { Asset } from '$lib/api/types';
import type { Selection } from './selection.svelte';

type Parts = {
  items: () => Asset[];
  selection: Selection;
  open: (asset: Asset) => void;
};

export class AssetBrowser {
  /** The index of the one asset that the Tab key reaches. */
  active = $state(0);
  readonly selection: Selection;
  #items: () => Asset[];
  #open: (asset: Asset) => void;
  /** Set by the view that is shown: brings an asset's place into sight. */
  reveal: (index: number) => void = () => {};
  /** How many assets stand side by side. */
  columns = 1;
  /** How many rows a page of the keyboard is. */
  rowsInSight = 1;

  constructor({ items, selection, open }: Parts) {
    this.#items = items;
    this.selection = selection;
    this.#open = open;
  }

  open(index: number) {
    const asset = this.#items()[index];
    if (!asset) return;
    this.active = index;
    this.#open(asset);
  }

  /** Moves the focus to an asset, wherever it is. */
  async focus(index: number) {
    const last = this.#items().length - 1;
    if (last < 0) return;
    this.active = Math.min(Math.max(index, 0), last);
    this.reveal(this.active);
    await tick();
    // A place far away is drawn only after the view has scrolled there.
    for (let frames = 0; frames < 10; frames++) {
      const place = document.querySelector<HTMLElement>(`[data-asset-index="${this.active}"]`);
      if (place) return place.focus({ preventScroll: true });
      await new Promise(requestAnimationFrame);
    }
  }

  /** The index of the asset that has the focus, or something in it; it stays drawn wherever the list is scrolled to. */
  get focused(): number | undefined {
    const place = document.activeElement?.closest<HTMLElement>('[data-asset-index]');
    return place ? Number(place.dataset.assetIndex) : undefined;
  }

  /** Takes the focus that went away with something else on the page: where the Tab key would lead. */
  takeFocus = () => document.querySelector<HTMLElement>('[data-asset-index][tabindex="0"]')?.focus();

  focusAsset(id: string) {
    const index = this.#items().findIndex(({ _id }) => _id === id);
    return this.focus(index < 0 ? this.active : index);
  }

  /** Keys of the list itself; what it does not know goes on to the page's commands. */
  keydown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowLeft: this.columns > 1 ? -1 : 0,
      ArrowRight: this.columns > 1 ? 1 : 0,
      ArrowUp: -this.columns,
      ArrowDown: this.columns,
      PageUp: -this.columns * this.rowsInSight,
      PageDown: this.columns * this.rowsInSight,
      Home: -Infinity,
      End: Infinity,
    };
    const isEnd = event.key === 'Home' || event.key === 'End';
    if (event.altKey || ((event.ctrlKey || event.metaKey) && !isEnd)) return;
    const step = steps[event.key];
    if (step) {
      void this.focus(this.active + step);
    } else if (event.key === 'Enter') {
      this.open(this.active);
    } else if (event.key === ' ') {
      this.selection.toggle(this.#items(), this.active, event.shiftKey);
    } else {
      return;
    }
    event.preventDefault();
  };
}
