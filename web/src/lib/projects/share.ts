// A part of a whole in words that claim neither nothing nor everything too early.

/** `0 %` only for nothing, and `100 %` only for all: 0.4 % is `<1 %`, 99.7 % is `99 %`. */
export function share(part: number, whole: number): string {
  if (whole <= 0 || part <= 0) return '0 %';
  const percent = (part / whole) * 100;
  return percent < 1 ? '<1 %' : `${Math.min(100, Math.floor(percent))} %`;
}
