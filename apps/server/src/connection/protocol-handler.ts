import type { ErrorBody } from '@tandem/protocol';
import type { Leave } from '../presence/subscriber.ts';
import type { Join } from '../transports/frame.ts';

/** The protocol that a connection speaks. One handler belongs to one connection. */
export interface ProtocolHandler {
  readonly join: Join;
  receive(data: Buffer, isBinary: boolean): void;
  ping(): void;
  sendError(error: ErrorBody): void;
  /** Tells the client that the server restarts, and to reconnect after `retryAfterMs`. */
  sendGoaway(retryAfterMs: number): void;
  /** Storing commands began to fail, or works again (`null`). */
  commandStorageChanged?(error: ErrorBody | null): void;
  /** Asks for a new token, since the current one ends at `expiresAt` (milliseconds since the epoch). */
  requestReauthentication(expiresAt: number): void;
  onReauthenticated(expiresAt: number): void;
  end(how: Leave): void;
}
