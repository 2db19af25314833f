/** Names and sizes of files as people read them. */

const MAX_EXTENSION_LENGTH = 5;

/** In lower case, without the dot; empty for a name without one. */
export function fileExtension(name: string): string {
  const extension = /[^.]\.([A-Za-z0-9]+)$/.exec(name)?.[1] ?? '';
  return extension.length <= MAX_EXTENSION_LENGTH ? extension.toLowerCase() : '';
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const STEP = 1_000;

/** As file managers do: 1.2 MB. */
export function formatBytes(bytes: number, language: string): string {
  let [value, unit] = [bytes, 0];
  while (value >= STEP && unit < UNITS.length - 1) {
    value /= STEP;
    unit++;
  }
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: UNITS[unit]!,
    unitDisplay: unit === 0 ? 'long' : 'short',
    maximumFractionDigits: unit === 0 || value >= 10 ? 0 : 1,
  }).format(value);
}
