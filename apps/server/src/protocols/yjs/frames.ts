/**
 * Encoding of y-protocols, which both stock protocols share: `varuint` numbers, `varstring` texts, and `buf`, a
 * length with as many bytes. A sync message is `00 buf(state vector)`, `01 buf(update)` or `02 buf(update)`.
 */
import type { Access } from '@tandem/protocol';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

export type SyncFrame =
  | { readonly kind: 'step1'; readonly stateVector: Uint8Array }
  | { readonly kind: 'step2'; readonly update: Uint8Array }
  | { readonly kind: 'update'; readonly update: Uint8Array };

export type DocumentFrame =
  | SyncFrame
  | { readonly kind: 'awareness'; readonly update: Uint8Array }
  | { readonly kind: 'query-awareness' };

/** How one stock protocol encodes the messages of a document. Each function returns a frame. */
export interface YjsFormat {
  /** Formats with equal keys encode to the same bytes, which are shared. */
  readonly key: unknown;
  sync(frame: SyncFrame): Uint8Array;
  awareness(update: Uint8Array): Uint8Array;
  /** Sent before the first sync; null where the protocol has no such message. */
  granted(access: Access): Uint8Array | null;
  denied(reason: string): Uint8Array;
  /** Sent after a commit or a refusal; null where the protocol has no such message. */
  status(status: 'saved' | 'refused'): Uint8Array | null;
  /** Whether an echo of its own updates is the client's only acknowledgement. */
  readonly echoes: boolean;
}

const SYNC_KINDS = ['step1', 'step2', 'update'] as const;

/** @throws when the bytes are no sync message. */
export function readSync(decoder: decoding.Decoder): SyncFrame {
  const kind = SYNC_KINDS[decoding.readVarUint(decoder)];
  if (kind === undefined) throw new Error('unknown sync message');
  const bytes = decoding.readVarUint8Array(decoder);
  return kind === 'step1' ? { kind, stateVector: bytes } : { kind, update: bytes };
}

export function writeSync(encoder: encoding.Encoder, frame: SyncFrame): void {
  encoding.writeVarUint(encoder, SYNC_KINDS.indexOf(frame.kind));
  encoding.writeVarUint8Array(encoder, frame.kind === 'step1' ? frame.stateVector : frame.update);
}

export function frame(write: (encoder: encoding.Encoder) => void): Uint8Array {
  return encoding.encode(write);
}

export const EMPTY_UPDATE = Uint8Array.of(0, 0);

export function hasNoStructs(update: Uint8Array): boolean {
  return update[0] === 0;
}
