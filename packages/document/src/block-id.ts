/** Returns `length` random bytes: `crypto.getRandomValues` in products, a seed in tests. */
export type RandomBytes = (length: number) => Uint8Array;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const ID_LENGTH = 10;

/** Returns 60 random bits, safe in a URL. Ids need to be unique within one document only. */
export function createBlockId(random: RandomBytes): string {
  return Array.from(random(ID_LENGTH), (byte) => ALPHABET[byte & 63]).join('');
}
