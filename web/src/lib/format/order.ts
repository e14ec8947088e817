// The order of names as people look for them: whatever their case, and numbers by what they count.
const names = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

export const compareNames = names.compare;

export function byName(one: { name: string }, other: { name: string }): number {
  return compareNames(one.name, other.name);
}
