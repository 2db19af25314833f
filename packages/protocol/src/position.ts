/**
 * Positions of documents among those beside them: fractional indexes, compared by code units. Between two of them
 * there is always another one.
 */
import { generateKeyBetween } from 'fractional-indexing';
import * as z from 'zod/mini';
import { MAX_POSITION_LENGTH } from './limits.ts';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** The head of an integer part of eight digits, which last for 6,900 years of milliseconds. */
const HEAD_OF_TIMES = 'h';
const DIGITS_OF_TIMES = 8;
const LAST_TIME = DIGITS.length ** DIGITS_OF_TIMES - 1;

export const position = z
  .string()
  .check(z.regex(/^[A-Za-z][0-9A-Za-z]*$/), z.maxLength(MAX_POSITION_LENGTH));

export const newPosition = position.check(z.refine(isPosition, 'Not a fractional index.'));

/** Null: the beginning or the end. @returns null where no position of the permitted length is left. */
export function positionBetween(before: string | null, after: string | null): string | null {
  const between = generateKeyBetween(before, before !== null && after === before ? null : after);
  return between.length > MAX_POSITION_LENGTH ? null : between;
}

/** The last created document comes first at the top of the tree, until somebody moves it. */
export function positionAtTime(at: number): string {
  let digits = '';
  for (let left = LAST_TIME - Math.max(0, Math.floor(at)); digits.length < DIGITS_OF_TIMES;)
    [digits, left] = [`${DIGITS[left % DIGITS.length]}${digits}`, Math.floor(left / DIGITS.length)];
  return `${HEAD_OF_TIMES}${digits}`;
}

export interface Place {
  readonly position: string;
  readonly id: string;
}

export function inTreeOrder(one: Place, other: Place): number {
  if (one.position !== other.position) return one.position < other.position ? -1 : 1;
  return one.id === other.id ? 0 : one.id < other.id ? -1 : 1;
}

function isPosition(text: string): boolean {
  try {
    generateKeyBetween(text, null);
    return true;
  } catch {
    return false;
  }
}
