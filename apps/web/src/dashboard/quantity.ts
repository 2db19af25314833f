/** Formats numbers with their units, and times. */
import type { Unit } from './series.ts';

/** Short enough for an axis. */
export function formatQuantity(value: number, unit: Unit, language: string): string {
  const format = (number: number, options: Intl.NumberFormatOptions = {}) =>
    new Intl.NumberFormat(language, { maximumSignificantDigits: 3, ...options }).format(number);
  switch (unit) {
    case 'count':
    case 'per-second':
      return format(value, { notation: 'compact' });
    case 'milliseconds':
      return `${format(value)} ms`;
    case 'bytes':
    case 'bytes-per-second':
      return bytes(value, format);
  }
}

/** "12:03", and with the date on another day. */
export function formatSince(since: number, at: number, language: string): string {
  const isToday = new Date(since).toDateString() === new Date(at).toDateString();
  return new Intl.DateTimeFormat(language, {
    timeStyle: 'short',
    ...(isToday ? {} : { dateStyle: 'medium' }),
  }).format(since);
}

const UNITS = ['kilobyte', 'megabyte', 'gigabyte'] as const;

function bytes(
  value: number,
  format: (value: number, options: Intl.NumberFormatOptions) => string,
): string {
  const power = Math.floor(Math.log10(Math.max(1, value)) / 3);
  const index = Math.min(UNITS.length, Math.max(1, power)) - 1;
  return format(value / 1000 ** (index + 1), {
    style: 'unit',
    unit: UNITS[index]!,
    unitDisplay: 'short',
  });
}
