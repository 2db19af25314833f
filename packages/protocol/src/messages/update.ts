/**
 * Text. `update` carries one Yjs update from a client under the channel's next `cseq` (1, 2, …).
 * The server answers each, in order, by a cumulative `ack` once it is committed to disk, or by a
 * `nack`, after which it ignores the channel until the client opens it anew. `updates` carries
 * committed journal rows `from + 1 … to` to everyone else. A client that meets a gap asks for `range`.
 * `need` asks a client whose update refers to something the server lacks for all that is missing.
 */
import { z } from 'zod';
import { errorBody } from '../errors.ts';
import { offset, type BytesField } from './field.ts';

/** Counts a channel's updates from 1, per opening. */
const cseq = z.number().int().positive().max(Number.MAX_SAFE_INTEGER);

export const updateMessages = <B extends BytesField>(bytes: B) => ({
  update: z.strictObject({ cseq, update: bytes }),
  /** All of this channel's updates up to `cseq` are on disk. Rows `from + 1 … to` are this client's own and are not sent back. */
  ack: z.object({ cseq, from: offset, to: offset }),
  nack: z.object({ cseq, error: errorBody }),
  /** `updates[i]` is one journal row; applying all of them brings a copy from `from` to `to`. */
  updates: z.object({ from: offset, to: offset, updates: z.array(bytes) }),
  'rows:request': z.strictObject({ from: offset }),
  /** The client answers with one `update` under its newest `cseq` that holds all the state vector lacks. */
  'state:request': z.object({ cseq, stateVector: bytes }),
});
