/** Formats a number with its unit, short enough for an axis. */
import type { Unit } from './series.ts';

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
