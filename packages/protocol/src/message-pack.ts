/** MessagePack on servers and in programs, where speed counts. */
import { Packr } from 'msgpackr';

const packr = new Packr({
  useRecords: false,
  variableMapSize: true,
  moreTypes: false,
  // Other libraries write times as 64-bit integers.
  int64AsType: 'number',
});

export function pack(value: object): Uint8Array {
  return packr.pack(value);
}

export function unpack(bytes: Uint8Array): unknown {
  return packr.unpack(bytes);
}
