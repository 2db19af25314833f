/**
 * Handshake. The client's first message is `hello`, once, within `HELLO_TIMEOUT_MS`; everything it
 * wants to open may follow in the same frame, so that a reconnect is one round trip. The server
 * answers `welcome`, or closes with a code of the registry. Credentials travel only here.
 */
import { z } from 'zod';
import { user } from './field.ts';

export const handshakeMessages = {
  hello: z.strictObject({
    protocol: z.number().int().positive(),
    /** The newest document schema this client can edit without damage. */
    schema: z.number().int().nonnegative(),
    token: z.string().max(4096),
  }),
  welcome: z.strictObject({
    connection: z.string().max(64),
    user,
    /** The schema of the server; a client below it may read but not write. */
    schema: z.number().int().nonnegative(),
  }),
};
