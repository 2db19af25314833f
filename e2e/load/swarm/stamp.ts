/**
 * A message's writer, number and time, in letters that every protocol carries unchanged, so that
 * readers need not decode the frame around them.
 *
 *     @@wwwwwnnnnnnnntttttttttttt    writer, number from 0, microseconds
 */
const MARK = Buffer.from('@@');
const WRITER_DIGITS = 5;
const NUMBER_DIGITS = 8;
const TIME_DIGITS = 12;
/** Eleven days, far above any compared difference. */
const TIME_PERIOD = 10 ** TIME_DIGITS;

export const STAMP_LENGTH = MARK.length + WRITER_DIGITS + NUMBER_DIGITS + TIME_DIGITS;

// The first access loads `performance`, which must not happen between the two readings.
performance.now();
const STARTED_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/**
 * Milliseconds of the machine's monotonic clock, comparable across processes; `performance.now`
 * starts with each process.
 */
export function nowMs(): number {
  return STARTED_MS + performance.now();
}

export function stampedText(
  length: number,
  {
    writer,
    number,
    atMs,
  }: { readonly writer: number; readonly number: number; readonly atMs: number },
): string {
  const at = Math.floor(atMs * 1000) % TIME_PERIOD;
  const stamp = `@@${digits(writer, WRITER_DIGITS)}${digits(number, NUMBER_DIGITS)}${digits(at, TIME_DIGITS)}`;
  return stamp.padEnd(length, 'x');
}

export function readStamps(
  bytes: Buffer,
  found: (writer: number, number: number, atMs: number) => void,
): void {
  let at = bytes.indexOf(MARK);
  while (at >= 0 && at + STAMP_LENGTH <= bytes.length) {
    let from = at + MARK.length;
    const writer = readDigits(bytes, from, WRITER_DIGITS);
    const number = readDigits(bytes, (from += WRITER_DIGITS), NUMBER_DIGITS);
    const time = readDigits(bytes, from + NUMBER_DIGITS, TIME_DIGITS);
    found(writer, number, time / 1000);
    at = bytes.indexOf(MARK, at + STAMP_LENGTH);
  }
}

export function restamp(bytes: Buffer, atMs: number): void {
  const at = bytes.indexOf(MARK);
  if (at < 0) return;
  const time = Math.floor(atMs * 1000) % TIME_PERIOD;
  bytes.write(digits(time, TIME_DIGITS), at + STAMP_LENGTH - TIME_DIGITS, 'latin1');
}

export function ageMs(atMs: number, now: number): number {
  const period = TIME_PERIOD / 1000;
  return (((now - atMs) % period) + period) % period;
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0');
}

function readDigits(bytes: Buffer, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) value = value * 10 + (bytes[at] as number) - 48;
  return value;
}
