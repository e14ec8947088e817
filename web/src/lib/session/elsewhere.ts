// What the tabs of one browser tell each other: that somebody signed in or out, which holds for all of them.
const NAME = 'insitu.session';

export function tellOtherTabs() {
  const channel = new BroadcastChannel(NAME);
  channel.postMessage(null);
  channel.close();
}

/** Hears other tabs, until the function that it gives back is called: made for `$effect`. */
export function hearOtherTabs(act: () => void): () => void {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = act;
  return () => channel.close();
}
