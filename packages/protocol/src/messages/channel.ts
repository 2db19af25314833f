/**
 * Channels. `open` joins a document and describes the client's replica; `opened` gives the channel
 * its number and start position. Between `base` and `offset` the server sends `updates` without a
 * gap; after that, each commit. `ref` is the client's own number for its request.
 */
import * as z from 'zod/mini';
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
    ref: z.int().check(z.nonnegative()),
    document: requestedName,
    /** The Yjs client id of this client's updates, leased to the user while the channel is open. */
    client: yjsClient,
    position: z.optional(z.strictObject({ epoch, timeline, offset })),
    stateVector: z.optional(bytes.check(z.refine(stateVectorSize))),
    presence: z.optional(channelPosition),
  }),
  opened: z.object({
    ref: z.int().check(z.nonnegative()),
    document: documentId,
    kind: documentKind,
    title,
    access,
    trashedAt: z.optional(instant),
    /** The schema that the document needs; a client with a lower one may only view it (W14). */
    schema: z.int().check(z.nonnegative()),
    epoch,
    timeline,
    /**
     * The journal and the replica have diverged, as after a restore: the client returns everything
     * that its replica has and the server lacks, including deletions.
     */
    parted: z.optional(z.literal(true)),
    /** The start position of the `updates` that follow: the client's own, or 0. */
    base: offset,
    offset,
    stateVector: bytes,
  }),
  leave: z.strictObject({}),
  closed: z.object({ ref: z.optional(z.int().check(z.nonnegative())), error: errorBody }),
  'document:changed': z.object({ title, access, trashedAt: z.optional(instant) }),
});
