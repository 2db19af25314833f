/**
 * Channels. `open` joins a document and describes the client's replica; `opened` gives the channel
 * its number and start position. Between `base` and `offset` the server sends `updates` without a
 * gap; after that, each commit. `ref` is the client's own number for its request.
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
  instant,
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
    document: requestedName,
    /** The Yjs client id of this client's updates, leased to the user while the channel is open. */
    client: yjsClient,
    position: z.strictObject({ epoch, timeline, offset }).optional(),
    stateVector: bytes.refine(stateVectorSize).optional(),
    presence: channelPosition.optional(),
  }),
  opened: z.object({
    ref: z.number().int().nonnegative(),
    document: documentId,
    kind: documentKind,
    title,
    access,
    trashedAt: instant.optional(),
    /** The schema that the document needs; a client with a lower one may only view it (W14). */
    schema: z.number().int().nonnegative(),
    epoch,
    timeline,
    /**
     * The journal and the replica have diverged, as after a restore: the client returns everything
     * that its replica has and the server lacks, including deletions.
     */
    parted: z.literal(true).optional(),
    /** The start position of the `updates` that follow: the client's own, or 0. */
    base: offset,
    offset,
    stateVector: bytes,
  }),
  leave: z.strictObject({}),
  closed: z.object({ ref: z.number().int().nonnegative().optional(), error: errorBody }),
  'document:changed': z.object({ title, access, trashedAt: instant.optional() }),
});
