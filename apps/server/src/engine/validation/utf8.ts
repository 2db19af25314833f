/**
 * UTF-8 as Yjs's decoder accepts it (WHATWG, fatal): no overlong forms, no surrogates, no code point
 * above U+10FFFF. Yjs itself writes U+FFFD for an unpaired surrogate.
 */

/** The length in UTF-16 code units, the unit of Yjs's clocks; -1 when malformed. */
export function utf16Length(bytes: Uint8Array, from: number, to: number): number {
  let units = 0;
  let at = from;
  while (at < to) {
    const lead = bytes[at]!;
    if (lead < 0x80) {
      at += 1;
      units += 1;
      continue;
    }
    const width = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (width === 0 || at + width > to || !isSecondByte(lead, bytes[at + 1]!)) return -1;
    if (width > 2 && (bytes[at + 2]! & 0xc0) !== 0x80) return -1;
    if (width > 3 && (bytes[at + 3]! & 0xc0) !== 0x80) return -1;
    at += width;
    units += width === 4 ? 2 : 1;
  }
  return units;
}

/** The second byte reveals overlong forms, surrogates and code points out of range. */
function isSecondByte(lead: number, byte: number): boolean {
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  return byte >= low && byte <= high;
}
