// Parts of the page that are fetched when they are first wanted, and what is done about those that could not be: the
// connection was away for a moment, or the hub was upgraded under an open page.
import { isNotFetched, NOT_FETCHED } from '$lib/api/errors';
import { toasts } from './toasts.svelte';

/** Stylesheets that could not be fetched: the bundler takes them for there from then on. */
const lostStyles = new Set<HTMLLinkElement>();
/** Who waits for another try. */
const waiting = new Set<() => void>();
let mending: Promise<unknown> = Promise.resolve();

/** Hears what could not be fetched, and when to try that again. Called once, before anything is drawn. */
export function watchParts() {
  addEventListener('error', noteStyles, true);
  // A page that is fetched ahead, when a link is pointed at, is fetched again when it is opened.
  addEventListener('unhandledrejection', (event) => {
    if (isNotFetched(event.reason)) event.preventDefault();
  });
  addEventListener('online', () => void mendStyles().catch(() => null));
  addEventListener('online', tryAgain);
  addEventListener(
    'click',
    ({ target }) => {
      // Whoever presses once more wants what did not come.
      if (target instanceof Element && target.closest('button, a') && !target.closest('.toast')) tryAgain();
    },
    true,
  );
}

function noteStyles({ target }: Event) {
  if (target instanceof HTMLLinkElement && target.rel === 'stylesheet') lostStyles.add(target);
}

export function tryAgain() {
  for (const again of [...waiting]) again();
}

/** Calls at the next chance, and at the ones behind it, until the function that it gives back is called: for `$effect`. */
export function atNextChance(again: () => void): () => void {
  waiting.add(again);
  return () => {
    waiting.delete(again);
    if (waiting.size > 0) return;
    for (const { id, code } of toasts.list) if (code === NOT_FETCHED) toasts.close(id);
  };
}

/** Fetches a part, with the styles that an earlier try could not get. Those of others hold up nobody. */
export async function fetchPart<Part>(load: () => Promise<Part>): Promise<Part> {
  await mendStyles().catch(() => null);
  const part = await load();
  // Where the network came back between the two, the part is here and its styles are not.
  await mendStyles().catch(() => null);
  return part;
}

/** Fetches the styles that could not be fetched; fails where they still cannot. */
export function mendStyles(): Promise<unknown> {
  mending = mending.catch(() => null).then(fetchLost);
  return mending;
}

/** Each to its end: one that fails early says nothing of the others. */
async function fetchLost() {
  const tried = await Promise.allSettled([...lostStyles].map(fetchAgain));
  const failed = tried.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
  if (failed) throw failed.reason;
}

function fetchAgain(link: HTMLLinkElement): Promise<void> {
  lostStyles.delete(link);
  return new Promise((resolve, reject) => {
    const again = link.cloneNode() as HTMLLinkElement;
    again.addEventListener('load', () => resolve());
    again.addEventListener('error', () => reject(new Error(`Unable to preload CSS for ${link.href}`)));
    link.replaceWith(again);
  });
}
