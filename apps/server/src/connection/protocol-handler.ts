/** What is spoken on a connection. */
import type { ErrorBody } from '@tandem/protocol';
import type { Leave } from '../presence/subscriber.ts';
import type { Join } from '../transports/frame.ts';

export interface ProtocolHandler {
  receive(data: Buffer, isBinary: boolean): void;
  /** The first moment to speak was missed. */
  ping(): void;
  /** Says why, before a close. */
  explain(error: ErrorBody): void;
  /** Come back after `retryAfterMs`: the server restarts. */
  goaway(retryAfterMs: number): void;
  /** Storing commands began to fail, or works again (`null`). */
  commandStorageChanged?(error: ErrorBody | null): void;
  /** Asks for a new token, as this one ends at `expiresAt` (milliseconds since the epoch). */
  authenticate(expiresAt: number): void;
  /** The new one was accepted. */
  authenticated(expiresAt: number): void;
  /** One frame out of several messages; null where each message is a frame. */
  readonly join: Join;
  end(how: Leave): void;
}
