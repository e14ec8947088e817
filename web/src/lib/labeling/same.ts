// Whether two answers say the same, whatever the order of their keys and whatever is noted beside them.
import type { Answer } from '$lib/api/tasks';

type Json = unknown;

/** Who changed what when: not what was labeled. */
const NOTES = new Set(['metadata']);

/** Whether two answers hold the same labels. */
export function saysTheSame(one: Answer | undefined, other: Answer | undefined): boolean {
  const parts = (answer: Answer | undefined) => [
    answer?.tools ?? [],
    answer?.classifications ?? [],
    answer?.relations ?? [],
  ];
  return same(parts(one), parts(other));
}

function same(one: Json, other: Json): boolean {
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
  return [...names].every((name) => NOTES.has(name) || same(one[name], other[name]));
}

function isRecord(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null;
}
