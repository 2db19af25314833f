/** MessagePack in browsers, where size counts: half of what `message-pack.ts` brings. */
import { Decoder, Encoder } from '@msgpack/msgpack';

const encoder = new Encoder({ ignoreUndefined: true });
const decoder = new Decoder();

export function pack(value: object): Uint8Array {
  return encoder.encode(value);
}

export function unpack(bytes: Uint8Array): unknown {
  return decoder.decode(bytes);
}
