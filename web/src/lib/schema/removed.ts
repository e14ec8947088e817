// What is said when something is taken out of a schema that is not saved yet, and the way back.
import { words } from '$lib/words/schema';
import { toasts } from '$ui/toasts.svelte';

/** `back` puts it back; it answers false where that is too late. */
export function sayRemoved(text: string, back: () => boolean) {
  toasts.done(text, {
    label: words.undo,
    run: () => {
      if (!back()) toasts.show({ tone: 'info', text: words.tooLate });
    },
  });
}
