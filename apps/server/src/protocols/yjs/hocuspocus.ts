/**
 * Encoding of the Hocuspocus provider. Each frame begins with an address, the document's name or
 * `name\0session`, so one socket serves several documents. A `SyncStatus` answers each update; until then,
 * the provider's `hasUnsyncedChanges` is true.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { frame, readSync, writeSync, type DocumentFrame, type YjsFormat } from './frames.ts';

const SYNC = 0;
const AWARENESS = 1;
const AUTH = 2;
const QUERY_AWARENESS = 3;
const STATELESS = 5;
const CLOSE = 7;
const SYNC_STATUS = 8;
const PING = 9;
const PONG = 10;

const AUTH_TOKEN = 0;
const AUTH_DENIED = 1;
const AUTH_GRANTED = 2;

/** Longer addresses are not kept: the document's name in an address has at most 64 characters. */
export const MAX_ADDRESS_LENGTH = 256;

export type HocuspocusFrame =
  | { readonly kind: 'document'; readonly address: string; readonly frame: DocumentFrame }
  | { readonly kind: 'auth'; readonly address: string; readonly token: string }
  | { readonly kind: 'close'; readonly address: string }
  | { readonly kind: 'ignored' };

export function hocuspocusFormat(address: string): YjsFormat {
  const message = (type: number, write: (encoder: encoding.Encoder) => void): Uint8Array =>
    frame((encoder) => {
      encoding.writeVarString(encoder, address);
      encoding.writeVarUint(encoder, type);
      write(encoder);
    });
  const auth = (type: number, text: string): Uint8Array =>
    message(AUTH, (encoder) => {
      encoding.writeVarUint(encoder, type);
      encoding.writeVarString(encoder, text);
    });
  return {
    key: `hocuspocus ${address}`,
    sync: (sync) => message(SYNC, (encoder) => writeSync(encoder, sync)),
    awareness: (update) =>
      message(AWARENESS, (encoder) => encoding.writeVarUint8Array(encoder, update)),
    granted: (access) => auth(AUTH_GRANTED, access === 'edit' ? 'read-write' : 'readonly'),
    denied: (reason) => auth(AUTH_DENIED, reason),
    status: (status) =>
      message(SYNC_STATUS, (encoder) => encoding.writeVarUint(encoder, status === 'saved' ? 1 : 0)),
    echoes: false,
  };
}

export function documentOf(address: string): string {
  return address.split('\0', 1)[0] as string;
}

/** @throws when the bytes are no frame of this protocol. */
export function readHocuspocus(data: Uint8Array): HocuspocusFrame {
  if (data.byteLength === 1 && (data[0] === PING || data[0] === PONG)) return { kind: 'ignored' };
  const decoder = decoding.createDecoder(data);
  const address = decoding.readVarString(decoder);
  const type = decoding.readVarUint(decoder);
  switch (type) {
    case SYNC:
      return { kind: 'document', address, frame: readSync(decoder) };
    case AWARENESS:
      return {
        kind: 'document',
        address,
        frame: { kind: 'awareness', update: decoding.readVarUint8Array(decoder) },
      };
    case QUERY_AWARENESS:
      return { kind: 'document', address, frame: { kind: 'query-awareness' } };
    case AUTH:
      if (decoding.readVarUint(decoder) !== AUTH_TOKEN) throw new Error('unknown auth message');
      // The provider's version may follow.
      return { kind: 'auth', address, token: decoding.readVarString(decoder) };
    case CLOSE:
      return { kind: 'close', address };
    case STATELESS:
      return { kind: 'ignored' };
    default:
      throw new Error(`unknown message type ${type}`);
  }
}
