// The keyboard: one listener on the window, so that shortcuts work wherever the focus is but where something is typed.
import type { Commands } from '../commands/commands';
import { keyName } from '../commands/keys';
import type { Core } from '../core';

/** Keys that a focused button, link or list needs for itself. */
const OF_CONTROLS = /^(?:Shift\+)?(?:Space|Enter|Tab|Arrow\w+|Home|End|Page\w+)$/;

export class KeyboardListener {
  #stop = new AbortController();

  /** `isWanted` names keys that the page has asked for before: the editor leaves them alone. */
  constructor(
    core: Core,
    commands: Commands,
    root: HTMLElement,
    isWanted: (event: KeyboardEvent) => boolean = () => false,
  ) {
    const { signal } = this.#stop;
    const isOurs = (event: KeyboardEvent, name: string) => {
      if (event.defaultPrevented || event.isComposing || isTyping(event.target) || isWanted(event))
        return false;
      const { target } = event;
      const isInside = target === document.body || (target instanceof Node && root.contains(target));
      if (!isInside && OF_CONTROLS.test(name)) return false;
      // Text that somebody marked on the page is what is copied.
      return !(name === 'Ctrl+C' && window.getSelection()?.isCollapsed === false);
    };
    // Captured: the editor's keys come before the page's.
    window.addEventListener(
      'keydown',
      (event) => {
        const name = keyName(event);
        if (!isOurs(event, name)) return;
        if (name === 'Space') core.holdHand(true);
        else if (!commands.press(name)) return;
        event.preventDefault();
      },
      { signal, capture: true },
    );
    window.addEventListener('keyup', (event) => event.key === ' ' && core.holdHand(false), { signal });
    window.addEventListener('blur', () => core.holdHand(false), { signal });
  }

  destroy(): void {
    this.#stop.abort();
  }
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[role="dialog"], [role="menu"], [role="listbox"]')) return true;
  const isField =
    target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type);
  return (
    isField ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    target.isContentEditable
  );
}
