/**
 * Handshake. The client's first message is `hello`, once, within `HELLO_TIMEOUT_MS`. `channels`
 * lists the channels to open, with the client's positions, so a reconnect takes one message and one
 * round trip. The server answers `welcome`, or closes with a registry code, and then answers each
 * channel like a single request. Only the messages of this file carry credentials.
 */
import * as z from 'zod/mini';
import { MAX_CHANNELS_PER_CONNECTION } from '../limits.ts';
import { asciiId, opaqueText } from '../text.ts';
import { channelMessages } from './channel.ts';
import { eventChannelMessages } from './event-channel.ts';
import { type BytesField, instant, user } from './field.ts';

export const credential = opaqueText(4096);

export const handshakeMessages = <B extends BytesField>(bytes: B) => ({
  hello: z.strictObject({
    protocol: z.int().check(z.positive()),
    /** The newest document schema that this client can edit (W14). */
    schema: z.int().check(z.nonnegative()),
    token: credential,
    channels: z.optional(
      z
        .array(
          z.discriminatedUnion('type', [
            z.extend(channelMessages(bytes).open, { type: z.literal('open') }),
            z.extend(eventChannelMessages.subscribe, { type: z.literal('subscribe') }),
          ]),
        )
        .check(z.maxLength(MAX_CHANNELS_PER_CONNECTION)),
    ),
  }),
  welcome: z.object({
    connection: asciiId(64),
    user,
  }),
});

/**
 * Reauthentication of a live connection. The server asks for a new token before the old one
 * expires; the client gets one over HTTP and sends it here. Another user's token ends the
 * connection.
 */
export const sessionMessages = {
  authenticate: z.object({ expiresAt: instant }),
  token: z.strictObject({ token: credential }),
  authenticated: z.object({ expiresAt: instant }),
};
