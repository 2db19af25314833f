/** Ids that sort by creation time (github.com/ulid/spec). */
import type { Clock, Random } from '../environment.ts';

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_LETTERS = 10;
const RANDOM_LETTERS = 16;

/** Each id of a maker is greater than the one before, even when the clock is set back. */
export function ulidMaker(clock: Clock, random: Random): () => string {
  let time = 0;
  let digits: number[] = [];
  return () => {
    const now = clock.now();
    if (now > time) {
      time = now;
      digits = Array.from({ length: RANDOM_LETTERS }, () => Math.floor(random.next() * 32));
      // Leaves room to count up.
      digits[0] = (digits[0] ?? 0) & 15;
    } else increment(digits);
    return encodeTime(time) + digits.map((digit) => LETTERS[digit]).join('');
  };
}

function increment(digits: number[]): void {
  for (let place = digits.length - 1; place >= 0; place--) {
    digits[place] = ((digits[place] ?? 0) + 1) % 32;
    if (digits[place] !== 0) return;
  }
}

function encodeTime(time: number): string {
  let text = '';
  for (let left = time; text.length < TIME_LETTERS; left = Math.floor(left / 32))
    text = `${LETTERS[left % 32]}${text}`;
  return text;
}
