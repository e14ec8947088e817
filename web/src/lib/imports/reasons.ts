// The rows of a report, gathered by their reason: first what was refused, then what was only noticed; and the reason in
// sentences.
import type { ReportedRow } from '$lib/api/importReport';
import { count } from '$lib/format/numbers';
import { told } from '$lib/format/told';

export type Reason = {
  severity: ReportedRow['severity'];
  code: string;
  field: string;
  /** How many rows it is about. */
  rows: number;
  /** Which: `3, 5–9, 14`. */
  which: string;
  /** What is wrong with the first of them. */
  sentence: string;
  /** The number of that row, where others are wrong in the same way with other values. */
  example: number | null;
};

const RANGES_AT_MOST = 6;

/** Refusals, then notices, each in the order in which they are met; `rows` come in their order. */
export function reasonsOf(rows: ReportedRow[]): Reason[] {
  const groups = new Map<string, ReportedRow[]>();
  for (const row of rows) {
    const key = `${row.severity}\n${row.code}\n${row.field ?? ''}`;
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  const reasons = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const numbers = [...new Set(group.map(({ index }) => index + 1))];
    const differ = group.some(({ message }) => message !== first.message);
    return {
      severity: first.severity,
      code: first.code,
      field: first.field ?? '',
      rows: numbers.length,
      which: ranges(numbers),
      sentence: sentences(first.message),
      example: differ ? first.index + 1 : null,
    };
  });
  return [
    ...reasons.filter(({ severity }) => severity === 'refused'),
    ...reasons.filter(({ severity }) => severity === 'notice'),
  ];
}

/** What is said in one breath, such as `"a" is not a URL: write https://…`, as sentences. What is quoted stays as it is. */
export function sentences(message: string): string {
  const parts = told(message.trim()).match(/(?:"[^"]*"|:(?!\s)|[^":]|"(?=[^"]*$))+/g) ?? [];
  return parts
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => part[0]?.toUpperCase() + part.slice(1))
    .map((part) => (/[.!?…]$/.test(part) ? part : `${part}.`))
    .join(' ');
}

function ranges(numbers: number[]): string {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  const told = found
    .slice(0, RANGES_AT_MOST)
    .map(([from, to]) =>
      from === to ? count(from) : `${count(from)}${to - from > 1 ? '–' : ', '}${count(to)}`,
    );
  return told.join(', ') + (found.length > RANGES_AT_MOST ? ', …' : '');
}
