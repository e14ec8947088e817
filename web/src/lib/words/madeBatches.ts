// The words of batches that somebody made, one or those of a whole list.
import { count, counted } from '$lib/format/numbers';

const MAX_NAMES = 5;

/** "made the batch cam1", or "made 40 batches" with the first of their names. */
export function made(details: Record<string, unknown>): { did: string; thing?: string; more?: string } {
  const { name, names, batches } = details;
  if (typeof batches !== 'number') {
    return { did: 'made the batch', thing: typeof name === 'string' ? name : '' };
  }
  const first = Array.isArray(names) ? names.slice(0, MAX_NAMES).map(String) : [];
  const others = batches - first.length;
  const more = first.join(', ') + (first.length > 0 && others > 0 ? ` and ${count(others)} more` : '');
  return { did: `made ${counted(batches, 'batch', 'batches')}`, more };
}
