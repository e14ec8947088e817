// Copies a text, also where the page came by plain HTTP and browsers keep their clipboard from it.

/** Rejects where the browser refuses. Called right after a press, as browsers ask. */
export async function copyText(text: string): Promise<void> {
  // Typed as always there; it is not on a page that came by plain HTTP.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard) return clipboard.writeText(text);
  if (!copySelected(text)) throw new Error('the browser refused to copy');
}

/** As by Ctrl+C: something has to be selected for that, but what is copied is said by whoever is asked. */
function copySelected(text: string): boolean {
  const selection = getSelection();
  const before = selection?.rangeCount ? selection.getRangeAt(0) : null;
  const place = document.createElement('span');
  place.textContent = text;
  place.className = 'visually-hidden';
  document.body.append(place);
  let taken = false;
  const give = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
    event.stopImmediatePropagation();
    taken = true;
  };
  document.addEventListener('copy', give, true);
  try {
    selection?.selectAllChildren(place);
    return document.execCommand('copy') && taken;
  } finally {
    document.removeEventListener('copy', give, true);
    place.remove();
    selection?.removeAllRanges();
    if (before) selection?.addRange(before);
  }
}
