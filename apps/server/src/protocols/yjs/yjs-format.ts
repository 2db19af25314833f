/** How one stock protocol encodes the messages of a document. Each function returns a frame. */
import type { Access } from '@tandem/protocol';
import type { SyncFrame } from './frames.ts';

export interface YjsFormat {
  /** Formats with equal keys encode to the same bytes, which are shared. */
  readonly key: unknown;
  sync(frame: SyncFrame): Uint8Array;
  awareness(update: Uint8Array): Uint8Array;
  /** Sent before the first sync; null where the protocol has no such message. */
  granted(access: Access): Uint8Array | null;
  denied(reason: string): Uint8Array;
  /** An update was committed or refused; null where the protocol has no such message. */
  status(status: 'saved' | 'refused'): Uint8Array | null;
  /** The client's only acknowledgement. */
  readonly echoes: boolean;
}
