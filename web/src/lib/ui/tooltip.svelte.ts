// The one tooltip of the page: a control says what to show, and it floats beside it on hover and on focus.
import type { Attachment } from 'svelte/attachments';

/** Long enough that a passing pointer shows nothing. */
const WAIT_MS = 400;

type Told = { text: string; keys?: string };

class ShownTooltip {
  told = $state<Told | null>(null);
  anchor = $state.raw<Element | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  #show(anchor: Element, told: Told, waitMs: number) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.anchor = anchor;
      this.told = told;
    }, waitMs);
  }

  hide = () => {
    clearTimeout(this.#timer);
    // A control that is being taken away loses its focus in the middle of drawing, when nothing may change.
    queueMicrotask(() => {
      this.told = null;
      this.anchor = null;
    });
  };

  /** Only for the eye: what carries a tooltip has its name in `aria-label` already. */
  on(text: string, keys?: string): Attachment<HTMLElement> {
    return (element) => {
      const enter = () => this.#show(element, { text, keys }, WAIT_MS);
      const focus = () => element.matches(':focus-visible') && this.#show(element, { text, keys }, 0);
      // A control that says something new while it is pointed at ("Copied") shows it at once.
      if (this.anchor === element) this.told = { text, keys };
      element.addEventListener('pointerenter', enter);
      element.addEventListener('focus', focus);
      for (const name of ['pointerleave', 'pointerdown', 'blur']) element.addEventListener(name, this.hide);
      return () => {
        element.removeEventListener('pointerenter', enter);
        element.removeEventListener('focus', focus);
        for (const name of ['pointerleave', 'pointerdown', 'blur'])
          element.removeEventListener(name, this.hide);
        if (this.anchor === element && !element.isConnected) this.hide();
      };
    };
  }
}

export const tooltip = new ShownTooltip();
