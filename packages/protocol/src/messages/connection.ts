/**
 * Care of the connection. Either side may `ping`; the other answers `pong` with the same number.
 * `goaway` announces a restart: come back after `retryAfterMs`. A `part` carries a slice of one
 * encoded message that is larger than a frame may be; parts of one message follow each other.
 */
import { z } from 'zod';
import { errorBody } from '../errors.ts';
import type { BytesField } from './field.ts';

const nonce = z.number().int().nonnegative().max(0xffffffff);

export const connectionMessages = <B extends BytesField>(bytes: B) => ({
  ping: z.strictObject({ nonce }),
  pong: z.strictObject({ nonce }),
  /** Said before a close, or on its own about the channel in the header. */
  error: z.object({ error: errorBody }),
  /** `error`: why nothing can be stored at the moment; null: storing works again. */
  'storage:changed': z.object({ error: errorBody.nullable() }),
  goaway: z.object({ retryAfterMs: z.number().int().nonnegative() }),
  fragment: z.strictObject({ last: z.boolean(), bytes }),
});
