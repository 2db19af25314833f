/**
 * Handshake. The client's first message is `hello`, once, within `HELLO_TIMEOUT_MS`. In `channels` it names
 * what it wants to have open, with what it has of each, so that a reconnect is one message and one round
 * trip. The server answers `welcome`, or closes with a code of the registry, and then each of the channels
 * as if it had been asked for by itself. Credentials travel only here.
 */
import { z } from 'zod';
import { MAX_CHANNELS_PER_CONNECTION } from '../limits.ts';
import { asciiId } from '../text.ts';
import { channelMessages } from './channel.ts';
import { eventChannelMessages } from './event-channel.ts';
import { user, type BytesField } from './field.ts';
import { credential } from './session.ts';

export const handshakeMessages = <B extends BytesField>(bytes: B) => ({
  hello: z.strictObject({
    protocol: z.number().int().positive(),
    /** The newest document schema that this client can edit (W14). */
    schema: z.number().int().nonnegative(),
    token: credential,
    /** Bodies of `open` and `subscribe`, answered in this order. */
    channels: z
      .array(
        z.discriminatedUnion('type', [
          channelMessages(bytes).open.extend({ type: z.literal('open') }),
          eventChannelMessages.subscribe.extend({ type: z.literal('subscribe') }),
        ]),
      )
      .max(MAX_CHANNELS_PER_CONNECTION)
      .optional(),
  }),
  welcome: z.object({
    connection: asciiId(64),
    user,
  }),
});
