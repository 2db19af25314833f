/**
 * The session goes on while the connection lives. The server asks for a new token before the old one
 * ends; the client gets one over HTTP and says it here. Another user's token ends the connection.
 */
import { z } from 'zod';
import { opaqueText } from '../text.ts';
import { instant } from './field.ts';

/** A token, which only the server reads. */
export const credential = opaqueText(4096);

export const sessionMessages = {
  /** Server: say a new token before `expiresAt`, by the server's clock, plus a grace. */
  authenticate: z.object({ expiresAt: instant }),
  token: z.strictObject({ token: credential }),
  authenticated: z.object({ expiresAt: instant }),
};
