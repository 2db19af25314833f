/**
 * Text. `update` carries one Yjs update from a client under the channel's next `cseq` (1, 2, …).
 * The server answers each, in order, by a cumulative `ack` once it is committed to disk, or by a
 * `nack`, after which the server ignores the channel until the client reopens it. `updates` carries
 * committed journal rows `from + 1 … to` to all other clients. A client with a gap sends
 * `rows:request`. `state:request` asks a client for all content that the server lacks, after an
 * update that refers to such content.
 */
import * as z from 'zod/mini';
import { errorBody } from '../errors.ts';
import { offset, type BytesField } from './field.ts';

const cseq = z.int().check(z.positive(), z.maximum(Number.MAX_SAFE_INTEGER));

export const updateMessages = <B extends BytesField>(bytes: B) => ({
  update: z.strictObject({ cseq, update: bytes }),
  /**
   * All updates up to `cseq` are on disk. Rows `from + 1 … to` are the client's own, not sent back.
   */
  ack: z.object({ cseq, from: offset, to: offset }),
  nack: z.object({ cseq, error: errorBody }),
  /** Each entry is one journal row; applying all of them brings a replica from `from` to `to`. */
  updates: z.object({ from: offset, to: offset, updates: z.array(bytes) }),
  'rows:request': z.strictObject({ from: offset }),
  /** The client answers with one `update`, under its newest `cseq`, of all missing content. */
  'state:request': z.object({ cseq, stateVector: bytes }),
});
