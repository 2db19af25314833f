/**
 * Channels. `open` joins a document and says what the client already has; `opened` gives the channel
 * its number and the position to count from. Between `base` and `offset` the server sends `updates`
 * without a gap; after that, each commit. `ref` is the client's own number for its request.
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
    /** As somebody's link says it. What no document is called is refused like one that is not there. */
    document: requestedName,
    /** The Yjs client id under which this client will write; it is lent to the user while the channel is open. */
    client: yjsClient,
    /** The last position of the journal that the local copy holds, if it has one. */
    position: z.strictObject({ epoch, timeline, offset }).optional(),
    /** The state vector of the local copy; used when the position cannot be. */
    stateVector: bytes.refine(stateVectorSize).optional(),
    /** The newest `position` of a `presence:changed` that it knows. */
    presence: channelPosition.optional(),
  }),
  opened: z.object({
    ref: z.number().int().nonnegative(),
    document: documentId,
    kind: documentKind,
    title,
    access,
    /** The document schema that the document needs; a client with a lower one may only view it (W14). */
    schema: z.number().int().nonnegative(),
    epoch,
    timeline,
    /**
     * The journal and the copy have parted, as after a restore: the client sends back all that its copy holds and
     * the server lacks, deletions too.
     */
    parted: z.literal(true).optional(),
    /** The position that the `updates` which follow start from: the client's own, or 0. */
    base: offset,
    /** The position after them. */
    offset,
    /** What the server has committed, so that the client can send what is missing there. */
    stateVector: bytes,
  }),
  /** Client: leave. */
  leave: z.strictObject({}),
  /** Server: an `open` was refused (`channel` 0, `ref` given), or a channel was lost. */
  closed: z.object({ ref: z.number().int().nonnegative().optional(), error: errorBody }),
  /** Server: what is known of the document beside its text has changed. */
  'document:changed': z.object({ title, access }),
});
