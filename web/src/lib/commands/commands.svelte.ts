// Commands as data: what the keyboard, the shortcut sheet and the tests all read. Pages add theirs while they are shown.
import { untrack } from 'svelte';

export type Command = {
  id: string;
  label: string;
  group: string;
  /** One key (`/`), keys one after the other (`g a`), or keys held (`Ctrl+A`). */
  keys: string;
  run: () => void;
  /** Its key is listened to elsewhere: here it is only told. */
  onlyTold?: boolean;
};

/** How long the second key of `g a` may take. */
const SEQUENCE_MS = 1_200;

export class Commands {
  list = $state<Command[]>([]);
  #before: { key: string; atMs: number } | null = null;

  /** Adds commands and gives back what takes them away: made for `$effect`. */
  add(commands: Command[]): () => void {
    // An effect that adds commands must not run again because of what it added.
    this.list = [...untrack(() => this.list), ...commands];
    return () => {
      const ids = new Set(commands.map(({ id }) => id));
      this.list = untrack(() => this.list).filter(({ id }) => !ids.has(id));
    };
  }

  /** Runs the command that a key press completes. */
  press(event: KeyboardEvent) {
    // What somebody else took ends a sequence.
    if (event.defaultPrevented) this.#before = null;
    if (event.defaultPrevented || event.isComposing) return;
    const key = keyName(event);
    if (isTyping(event, key)) return;
    if (isForControl(event, key)) return;
    const command = this.#completedBy(event) ?? this.#find(key);
    this.#before = command ? null : { key, atMs: event.timeStamp };
    if (!command) return;
    event.preventDefault();
    command.run();
  }

  /** Whether a key press is the last one of a sequence that was begun: whoever hears of it first leaves it alone. */
  completes(event: KeyboardEvent): boolean {
    return this.#completedBy(event) !== undefined;
  }

  #completedBy(event: KeyboardEvent): Command | undefined {
    if (!this.#before || event.timeStamp - this.#before.atMs >= SEQUENCE_MS) return undefined;
    return this.#find(`${this.#before.key} ${keyName(event)}`);
  }

  /** The last one wins: a page's command stands before the frame's. */
  #find(wanted: string): Command | undefined {
    return this.list.findLast(({ keys, onlyTold }) => keys === wanted && !onlyTold);
  }
}

export const commands = new Commands();

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** The name of what was pressed, as commands write it. A sign that needs Shift to be typed is named by itself. */
export function keyName(event: Pressed): string {
  const { key } = event;
  const isNamed = key.length > 1 || /[a-z]/i.test(key);
  const held = [
    event.ctrlKey || event.metaKey ? 'Ctrl+' : '',
    event.altKey ? 'Alt+' : '',
    event.shiftKey && isNamed ? 'Shift+' : '',
  ].join('');
  return held + (key.length === 1 && held ? key.toUpperCase() : key);
}

/** Enter and Space press the button or follow the link that has the focus. */
function isForControl({ target }: KeyboardEvent, key: string): boolean {
  if (key !== 'Enter' && key !== ' ') return false;
  if (typeof HTMLElement === 'undefined' || !(target instanceof HTMLElement)) return false;
  return target.closest('button, a[href], summary, input, [role="button"]') !== null;
}

/** In a field keys write; Enter held with Ctrl writes nothing, and ends the work from there too. */
function isTyping({ target }: KeyboardEvent, key: string): boolean {
  if (typeof HTMLElement === 'undefined' || !(target instanceof HTMLElement)) return false;
  if (target.closest('[role="dialog"], [role="menu"], [role="listbox"]')) return true;
  const typed =
    target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type);
  if (key === 'Ctrl+Enter') return false;
  return typed || target instanceof HTMLTextAreaElement || target.isContentEditable;
}
