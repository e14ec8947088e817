// What the hub says to programs as well, in the letters in which it is read by people.
import { count } from './numbers';

const number = (text: string) => {
  const value = Math.abs(Number(text));
  return `${text.startsWith('-') ? '−' : ''}${value < 10_000 ? value : count(value)}`;
};

/** Names in backticks stand in quotation marks, and the ends of a range are written as numbers are everywhere. */
export function told(message: string): string {
  return message
    .replace(/`([^`]*)`/g, '“$1”')
    .replace(
      /\bfrom (-?\d+) to (-?\d+)\b/g,
      (_, from: string, to: string) => `from ${number(from)} to ${number(to)}`,
    );
}
