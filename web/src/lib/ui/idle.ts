// Waiting until a page is shown and the browser has nothing better to do.

/** Until then, what is fetched for the first display has the line for itself. */
const FIRST_DISPLAY_MS = 1500;
/** The longest that what can wait waits after that, even where the browser is never idle. */
const LATEST_MS = 2000;

/** Calls when the first display is over; answers how to call it off. */
export function whenIdle(run: () => void): () => void {
  let handle: number | undefined;
  const timer = setTimeout(() => {
    // Not every browser can tell.
    if (typeof requestIdleCallback === 'function') handle = requestIdleCallback(run, { timeout: LATEST_MS });
    else run();
  }, FIRST_DISPLAY_MS);
  return () => {
    clearTimeout(timer);
    if (handle !== undefined) cancelIdleCallback(handle);
  };
}
