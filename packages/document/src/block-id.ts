/** Gives `length` random bytes; `crypto.getRandomValues` behind it in products, a seed in tests. */
export type RandomBytes = (length: number) => Uint8Array;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const ID_LENGTH = 10;

/** A new block id: 60 bits, safe in a URL. Ids need to be unique within one document only. */
export function createBlockId(random: RandomBytes): string {
  return Array.from(random(ID_LENGTH), (byte) => ALPHABET[byte & 63]).join('');
}
