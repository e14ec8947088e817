// The keyboard's place: when what has the focus goes away, such as a button that did what it was for, the focus goes where
// the page says, not nowhere.

/**
 * For `{@attach}`: once what had the focus within an element is gone, and nothing else took the focus, the page is asked to
 * give it to something; if it could not yet, again with whatever comes.
 */
export function keepsFocus(give: () => void) {
  return (root: HTMLElement) => {
    let last: Element | null = null;
    const isNowhere = () => document.activeElement === document.body;
    const note = () => {
      const { activeElement } = document;
      last = activeElement && root.contains(activeElement) ? activeElement : null;
    };
    const observer = new MutationObserver(() => {
      if (!last || last.isConnected) return;
      if (isNowhere()) give();
      if (!isNowhere()) note();
    });
    observer.observe(root, { childList: true, subtree: true });
    root.addEventListener('focusin', note);
    // Whoever pressed where nothing takes the focus gave it away.
    addEventListener('click', note, true);
    return () => {
      observer.disconnect();
      root.removeEventListener('focusin', note);
      removeEventListener('click', note, true);
    };
  };
}
