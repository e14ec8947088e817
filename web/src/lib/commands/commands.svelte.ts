// Commands as data: what the keyboard, the shortcut sheet and the tests all read. Pages add theirs while they are shown.
import { untrack } from 'svelte';

export type Command = {
  id: string;
  label: string;
  group: string;
  /** One key (`/`), keys one after the other (`g a`), or keys held (`Ctrl+A`). */
  keys: string;
  run: () => void;
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
    if (event.defaultPrevented || event.isComposing || isTyping(event)) return;
    const key = keyName(event);
    const before =
      this.#before && event.timeStamp - this.#before.atMs < SEQUENCE_MS ? this.#before.key : null;
    // The last one wins: a page's command stands before the frame's.
    const command =
      (before && this.list.findLast(({ keys }) => keys === `${before} ${key}`)) ||
      this.list.findLast(({ keys }) => keys === key);
    this.#before = command ? null : { key, atMs: event.timeStamp };
    if (!command) return;
    event.preventDefault();
    command.run();
  }
}

export const commands = new Commands();

/** The name of what was pressed, as commands write it. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): string {
  const held = event.ctrlKey || event.metaKey ? 'Ctrl+' : event.altKey ? 'Alt+' : '';
  const key = event.key.length === 1 && held ? event.key.toUpperCase() : event.key;
  return held + key;
}

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  if (typeof HTMLElement === 'undefined' || !(target instanceof HTMLElement)) return false;
  if (target.closest('[role="dialog"], [role="menu"], [role="listbox"]')) return true;
  const typed = target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type);
  return typed || target instanceof HTMLTextAreaElement || target.isContentEditable;
}
