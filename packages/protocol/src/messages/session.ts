/**
 * The session goes on while the connection lives. The server asks for a new token before the old one
 * ends; the client gets one over HTTP and says it here. Another user's token ends the connection.
 */
import { z } from 'zod';
import { instant } from './field.ts';

export const sessionMessages = {
  /** Server: say a new token before `expiresAt`, by the server's clock, plus a grace. */
  authenticate: z.strictObject({ expiresAt: instant }),
  token: z.strictObject({ token: z.string().max(4096) }),
  authenticated: z.strictObject({ expiresAt: instant }),
};
