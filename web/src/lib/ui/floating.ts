// What a button needs so that something can float from it: the state it tells, and the first wish to fetch the rest.
export type TriggerProps = {
  onclick: () => void;
  onkeydown: (event: KeyboardEvent) => void;
  onpointerenter: () => void;
  onfocus: () => void;
  'aria-haspopup': 'menu' | 'dialog';
  'aria-expanded': boolean;
  'data-floating': string;
};

/** The button that carries a floating part, found by the id that it was given. */
export function triggerOf(id: string): HTMLElement | null {
  return document.querySelector(`[data-floating="${id}"]`);
}

/** Whether a press came from the button itself, which closes what it opened on its own. */
export function fromTrigger(event: Event, id: string): boolean {
  return event.target instanceof Node && Boolean(triggerOf(id)?.contains(event.target));
}
