/** Shorter than this, what stands before the end says nothing. */
const HEAD_LEAST = 5;

/** Where a text is parted so that its end of `tail` characters stays when there is no room for all of it. */
export function splitAt(text: string, tail: number): number {
  return text.length >= tail + HEAD_LEAST ? text.length - tail : text.length;
}
