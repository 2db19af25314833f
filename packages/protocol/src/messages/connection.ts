/**
 * Connection control. Either side may `ping`; the other answers `pong` with the same number.
 * `goaway` announces a restart: reconnect after `retryAfterMs`. A `fragment` carries a slice of one
 * encoded message larger than a frame; fragments of one message are consecutive.
 */
import * as z from 'zod/mini';
import { errorBody } from '../errors.ts';
import type { BytesField } from './field.ts';

const nonce = z.int().check(z.nonnegative(), z.maximum(0xffffffff));

export const connectionMessages = <B extends BytesField>(bytes: B) => ({
  ping: z.strictObject({ nonce }),
  pong: z.strictObject({ nonce }),
  /** Sent before a close, or alone about the channel in the header. */
  error: z.object({ error: errorBody }),
  /** `error`: the reason why storing fails now; null once storing works again. */
  'storage:changed': z.object({ error: z.nullable(errorBody) }),
  goaway: z.object({ retryAfterMs: z.int().check(z.nonnegative()) }),
  fragment: z.strictObject({ last: z.boolean(), bytes }),
});
