/**
 * Reauthentication of a live connection. The server asks for a new token before the old one
 * expires; the client gets one over HTTP and sends it here. Another user's token ends the
 * connection.
 */
import { z } from 'zod';
import { opaqueText } from '../text.ts';
import { instant } from './field.ts';

export const credential = opaqueText(4096);

export const sessionMessages = {
  /** Server: requests a new token before `expiresAt` (server clock) plus a grace period. */
  authenticate: z.object({ expiresAt: instant }),
  token: z.strictObject({ token: credential }),
  authenticated: z.object({ expiresAt: instant }),
};
