// Moments as people say them ("3 minutes ago"), and exactly for those who ask.
const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Relative for two weeks, the date after that. `nowMs` is handed in, so that a page can let it tick. */
export function relativeTime(at: string, nowMs: number): string {
  const moment = Date.parse(at);
  if (Number.isNaN(moment)) return at;
  const seconds = Math.round((moment - nowMs) / 1000);
  const distance = Math.abs(seconds);
  if (distance < 45) return 'just now';
  if (distance < 45 * MINUTE) return words.format(Math.round(seconds / MINUTE), 'minute');
  if (distance < 22 * HOUR) return words.format(Math.round(seconds / HOUR), 'hour');
  if (distance < 14 * DAY) return words.format(Math.round(seconds / DAY), 'day');
  return day.format(moment);
}

export function exactTime(at: string): string {
  const moment = Date.parse(at);
  return Number.isNaN(moment) ? at : exact.format(moment);
}
