/**
 * Encoding of y-websocket: `00 sync`, `01 buf(awareness)`, `02 00 varstring(reason)` for a refusal, and `03` to
 * request awareness. Clients read one message per frame and have no acknowledgement.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { frame, readSync, writeSync, type DocumentFrame, type YjsFormat } from './frames.ts';

const SYNC = 0;
const AWARENESS = 1;
const AUTH = 2;
const QUERY_AWARENESS = 3;
const PERMISSION_DENIED = 0;

export const yWebsocketFormat: YjsFormat = {
  key: 'y-websocket',
  sync: (message) =>
    frame((encoder) => {
      encoding.writeVarUint(encoder, SYNC);
      writeSync(encoder, message);
    }),
  awareness: (update) =>
    frame((encoder) => {
      encoding.writeVarUint(encoder, AWARENESS);
      encoding.writeVarUint8Array(encoder, update);
    }),
  granted: () => null,
  denied: (reason) =>
    frame((encoder) => {
      encoding.writeVarUint(encoder, AUTH);
      encoding.writeVarUint(encoder, PERMISSION_DENIED);
      encoding.writeVarString(encoder, reason);
    }),
  status: () => null,
  echoes: true,
};

/** Newer clients put several messages into a frame. @throws when the bytes are no message. */
export function readYWebsocket(data: Uint8Array): DocumentFrame[] {
  const decoder = decoding.createDecoder(data);
  const frames: DocumentFrame[] = [];
  while (decoding.hasContent(decoder)) {
    const type = decoding.readVarUint(decoder);
    if (type === SYNC) frames.push(readSync(decoder));
    else if (type === AWARENESS)
      frames.push({ kind: 'awareness', update: decoding.readVarUint8Array(decoder) });
    else if (type === QUERY_AWARENESS) frames.push({ kind: 'query-awareness' });
    else throw new Error(`unknown message type ${type}`);
  }
  return frames;
}
