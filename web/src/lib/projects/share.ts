// The parts of a whole in words that claim neither nothing nor everything too early.

/**
 * Each part as a percentage: `0 %` only for nothing, `100 %` only for all, and together never more than that. Of what
 * rounding down leaves over, those get one that lost half of one or more, the most first.
 */
export function shares(parts: readonly number[]): string[] {
  const whole = parts.reduce((sum, part) => sum + part, 0);
  if (whole <= 0) return parts.map(() => '0 %');
  const exact = parts.map((part) => (part / whole) * 100);
  const percents = exact.map(Math.floor);
  const lost = exact.map((percent, at) => ({ at, by: percent % 1 })).filter(({ by }) => by >= 0.5);
  const left = 100 - percents.reduce((sum, percent) => sum + percent, 0);
  for (const { at } of lost.sort((a, b) => b.by - a.by).slice(0, left))
    percents[at] = (percents[at] ?? 0) + 1;
  return parts.map((part, at) => {
    const percent = Math.min(percents[at] ?? 0, part < whole ? 99 : 100);
    return part > 0 && percent < 1 ? '<1 %' : `${percent} %`;
  });
}
