// Whether two answers say the same, whatever the order of their keys and whatever the hub notes beside them.
type Json = unknown;

/** What the hub writes into an answer by itself. */
const NOTED_BY_THE_HUB = new Set(['metadata']);

export function same(one: Json, other: Json): boolean {
  if (Object.is(one, other)) return true;
  if (Array.isArray(one) || Array.isArray(other)) {
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((part, index) => same(part, other[index]))
    );
  }
  if (!isRecord(one) || !isRecord(other)) return false;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => NOTED_BY_THE_HUB.has(name) || same(one[name], other[name]));
}

function isRecord(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null;
}
