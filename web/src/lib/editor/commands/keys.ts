// The names of keys as commands and schemas write them.
type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** `h`, `Shift+H`, `Ctrl+Shift+Z`, `Alt+1`, `ArrowLeft`, `Space`, `+`. */
export function keyName(event: Pressed): string {
  const key = plainKey(event);
  const isNamed = key.length > 1 || /[a-z\d]/i.test(key);
  const held = [
    event.ctrlKey || event.metaKey ? 'Ctrl+' : '',
    event.altKey ? 'Alt+' : '',
    // A sign that needs Shift to be typed is named by itself.
    event.shiftKey && isNamed ? 'Shift+' : '',
  ].join('');
  return key.length === 1 ? held + (held ? key.toUpperCase() : key.toLowerCase()) : held + key;
}

/** Where the layout has other letters, or Alt writes another sign, the place of the key counts. */
function plainKey({ key, code, altKey }: Pressed): string {
  if (key === ' ') return 'Space';
  if (key.length > 1 || (!altKey && key < '\u0080')) return key;
  return /^(?:Key|Digit)(.)$/.exec(code)?.[1] ?? key;
}

/** What a schema writes ("1", "ctrl+1", "a") as `keyName` does; null for what is no shortcut. */
export function keyOfSchema(written: string | null): string | null {
  const found = /^(ctrl\+)?([a-z\d])$/.exec(written ?? '');
  if (!found?.[2]) return null;
  return found[1] ? `Ctrl+${found[2].toUpperCase()}` : found[2];
}

/** Alt with the key of a class means the object under the pointer. */
export const withAlt = (key: string): string =>
  key.startsWith('Ctrl+') ? key.replace('Ctrl+', 'Ctrl+Alt+') : `Alt+${key.toUpperCase()}`;
