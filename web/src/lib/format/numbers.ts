// Numbers as people read them: 12,345 · 1.2 M; 3.4 MB; rates and the time that is left.
const grouped = new Intl.NumberFormat('en-US');

/** Every digit: 12,345. */
export function count(value: number): string {
  return grouped.format(value);
}

/** Short from a million on: 12,345 · 1.2 M. */
export function shortCount(value: number): string {
  const steps: [number, string][] = [
    [1e9, 'B'],
    [1e6, 'M'],
  ];
  for (const [size, unit] of steps) {
    // Rounded down, so that a count never claims more than there is.
    if (value >= size) return `${grouped.format(Math.floor((value / size) * 10) / 10)} ${unit}`;
  }
  return grouped.format(value);
}

/** Decimal units, as disks and buckets are sold: 812 B · 3.4 MB. */
export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let size = value;
  let unit = 0;
  while (size >= 999.95 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || size >= 99.95 ? 0 : 1;
  return `${size.toFixed(digits)} ${units[unit]}`;
}

/** How long something takes, coarse on purpose: 3 s · 4 min · 2 h 10 min. */
export function duration(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole < 90) return `${whole} s`;
  const minutes = Math.ceil(whole / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "1 asset", "12,345 assets": the count with the noun in its number. */
export function counted(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
