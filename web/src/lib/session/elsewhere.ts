// What the tabs of one browser tell each other: that somebody signed in or out, which holds for all of them.
const NAME = 'insitu.session';

/** The channel on which this tab hears the others: what is told through it, it does not hear itself. */
let heard: BroadcastChannel | null = null;

export function tellOtherTabs() {
  const channel = heard ?? new BroadcastChannel(NAME);
  channel.postMessage(null);
  if (channel !== heard) channel.close();
}

/** Hears other tabs, until the function that it gives back is called: made for `$effect`. */
export function hearOtherTabs(act: () => void): () => void {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = act;
  heard = channel;
  return () => {
    channel.close();
    if (heard === channel) heard = null;
  };
}
