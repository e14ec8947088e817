// What the hub takes as a project's name and description, so that a mistake is told at its field before it is sent.
import { m } from '$lib/messages';
import { words } from '$lib/words/projectSettings';

const NAME_CHARS_MAX = 200;
const DESCRIPTION_BYTES_MAX = 10_000;

export function mistakeInName(text: string): string | null {
  const name = text.trim();
  if (!name) return m.errors.required('a name');
  const characters = [...name].length;
  if (characters > NAME_CHARS_MAX) return words.mistakes.long(characters, NAME_CHARS_MAX);
  return /\p{Cc}/u.test(name) ? words.mistakes.control : null;
}

export function mistakeInDescription(text: string): string | null {
  const bytes = new TextEncoder().encode(text).length;
  return bytes > DESCRIPTION_BYTES_MAX ? words.mistakes.description(bytes, DESCRIPTION_BYTES_MAX) : null;
}
