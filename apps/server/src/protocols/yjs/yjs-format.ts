/** How one stock protocol says what a document's channel has to say. Each answer is a frame. */
import type { Access } from '@tandem/protocol';
import type { SyncFrame } from './frames.ts';

export interface YjsFormat {
  /** Formats that are equal make the same bytes, and share them. */
  readonly key: unknown;
  sync(frame: SyncFrame): Uint8Array;
  awareness(update: Uint8Array): Uint8Array;
  /** Said before the first sync; null where the protocol does not say it. */
  granted(access: Access): Uint8Array | null;
  /** The client may not go on. */
  denied(reason: string): Uint8Array;
  /** An update is on disk, or was refused; null where the protocol does not say it. */
  status(status: 'saved' | 'refused'): Uint8Array | null;
  /** Whether a committed update goes back to its sender, as the only sign that it was stored. */
  readonly echoes: boolean;
}
