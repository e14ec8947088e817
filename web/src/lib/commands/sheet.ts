// How a page that fills the whole screen opens the sheet of shortcuts, whose button is in the header elsewhere.
import { getContext, setContext } from 'svelte';

const KEY = Symbol('sheet');

export function setSheet(show: () => void) {
  setContext(KEY, show);
}

export function getSheet(): () => void {
  return getContext<() => void>(KEY);
}
