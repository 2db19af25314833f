/**
 * Channels. `open` joins a document and describes the client's copy; `opened` gives the channel its
 * number and start position. Between `base` and `offset` the server sends `updates` without a gap;
 * after that, each commit. `ref` is the client's own number for its request.
 */
import { z } from 'zod';
import { channelPosition } from '../channels.ts';
import { MAX_STATE_VECTOR_BYTES } from '../limits.ts';
import { errorBody } from '../errors.ts';
import {
  access,
  documentId,
  documentKind,
  epoch,
  requestedName,
  offset,
  timeline,
  title,
  yjsClient,
  type BytesField,
} from './field.ts';

const stateVectorSize = (bytes: Uint8Array) => bytes.byteLength <= MAX_STATE_VECTOR_BYTES;

export const channelMessages = <B extends BytesField>(bytes: B) => ({
  open: z.strictObject({
    ref: z.number().int().nonnegative(),
    /** Any text, since links may be malformed; an invalid id is refused like a missing document. */
    document: requestedName,
    /** The Yjs client id of this client's updates, leased to the user while the channel is open. */
    client: yjsClient,
    position: z.strictObject({ epoch, timeline, offset }).optional(),
    /** The state vector of the local copy; used when `position` is not usable. */
    stateVector: bytes.refine(stateVectorSize).optional(),
    presence: channelPosition.optional(),
  }),
  opened: z.object({
    ref: z.number().int().nonnegative(),
    document: documentId,
    kind: documentKind,
    title,
    access,
    /** The schema that the document needs; a client with a lower one may only view it (W14). */
    schema: z.number().int().nonnegative(),
    epoch,
    timeline,
    /**
     * The journal and the copy have diverged, as after a restore: the client returns all content of
     * its copy that the server lacks, including deletions.
     */
    parted: z.literal(true).optional(),
    /** The start position of the `updates` that follow: the client's own, or 0. */
    base: offset,
    offset,
    /** The committed state vector, so that the client can send what the server lacks. */
    stateVector: bytes,
  }),
  leave: z.strictObject({}),
  /** Server: refused an `open` (`channel` 0, `ref` given), or closed a channel. */
  closed: z.object({ ref: z.number().int().nonnegative().optional(), error: errorBody }),
  'document:changed': z.object({ title, access }),
});
