// The browser's Back over the first page of a visit: nothing of the site lies before that page, so that Back would leave it
// with whatever lies over it. A spare entry of the history takes that Back, and what lies on top closes instead.

type Entry = Pick<NavigationHistoryEntry, 'key' | 'index' | 'sameDocument'>;

/** What is asked of the browser, so that tests can answer for it. */
export type Way = {
  here: () => Entry | null;
  before: () => Entry | null;
  /** Adds an entry for the same page; only what a person did may: others are passed over by browsers. */
  add: () => void;
  back: () => void;
  forward: () => void;
};

export class Backs {
  #way: Way;
  #open: (() => void)[] = [];
  #spare: Entry | null = null;
  #left: string | null = null;

  constructor(way: Way) {
    this.#way = way;
  }

  /** Something lies over the page from now on; gives what says that it does no more. */
  opened(close: () => void): () => void {
    this.#open.push(close);
    if (!this.#way.before()?.sameDocument) {
      this.#way.add();
      // Where none could be added, Back is left to the browser.
      this.#spare = this.#way.before()?.sameDocument ? this.#way.here() : null;
    }
    return () => {
      this.#open = this.#open.filter((other) => other !== close);
    };
  }

  /** The entry with this key was left. */
  moved(from: string) {
    this.#left = from;
  }

  /** After a step through the history: whether it was taken here, and nobody else is to see it. */
  stepped(): boolean {
    const isOurs =
      this.#spare && this.#left === this.#spare.key && this.#way.here()?.index === this.#spare.index - 1;
    if (!isOurs) return false;
    const close = this.#open.at(-1);
    if (!close) {
      // With nothing to close, it is the way out of the site.
      this.#way.back();
      return false;
    }
    this.#way.forward();
    close();
    return true;
  }
}

let all: Backs | null = null;

/** The one of this tab; nothing where the browser does not tell its history. */
export function backs(add: () => void): Backs | null {
  const { navigation, history } = window;
  if (all || !navigation) return all;
  const known = (all = new Backs({
    here: () => navigation.currentEntry,
    before: () => navigation.entries()[(navigation.currentEntry?.index ?? 0) - 1] ?? null,
    add: () => navigator.userActivation?.hasBeenActive && add(),
    back: () => history.back(),
    forward: () => history.forward(),
  }));
  navigation.addEventListener('currententrychange', ({ from }) => known.moved(from.key));
  // Before whoever else listens.
  window.addEventListener('popstate', (event) => known.stepped() && event.stopImmediatePropagation(), {
    capture: true,
  });
  return known;
}
