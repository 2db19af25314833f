/** What both encodings of the wire have in common. A frame carries one or more messages. */
import { errorOf, type ErrorBody } from './errors.ts';
import { ulid } from './messages/field.ts';
import type { ClientMessage, Message, ServerMessage } from './messages/message.ts';
import { textRefusal } from './text.ts';
import type { z } from 'zod';

/** Why a frame was refused, in words for a developer. */
export interface InvalidFrame {
  readonly kind: 'invalid';
  readonly reason: string;
}

export type Decoded<M> = { readonly kind: 'ok'; readonly messages: readonly M[] } | InvalidFrame;

/** Encoded messages of one codec; frames are made by joining them. */
export interface Codec<Data extends Uint8Array | string> {
  readonly subprotocol: string;
  encode(message: Message): Data;
  /** One frame out of encoded messages. */
  join(parts: readonly Data[]): Data;
  /** Cuts an encoded message that is larger than `maxBytes` into frames; others are returned as they are. */
  split(
    encoded: Data,
    options: { readonly channel: number; readonly maxBytes: number },
  ): readonly Data[];
  decodeFromClient(frame: Data): Decoded<ClientMessage | MessageFragment | UnacceptedCommand>;
  decodeFromServer(frame: Data): Decoded<ServerMessage>;
}

export type MessageFragment = Extract<Message, { type: 'fragment' }>;

/** A command that is well formed except for its text (W37): answered by `refused`, not by the end of the connection. */
export interface UnacceptedCommand {
  readonly type: 'unaccepted-command';
  readonly channel: number;
  readonly id: string;
  readonly error: ErrorBody;
}

/** Null when something other than the text of the command does not fit. */
export function unacceptedCommand(
  { channel, body }: { readonly channel: number; readonly body: unknown },
  error: z.ZodError,
): UnacceptedCommand | null {
  const detail = textRefusal(error);
  if (detail === null || typeof body !== 'object' || body === null || !('id' in body)) return null;
  const id = ulid.safeParse(body.id);
  if (!id.success) return null;
  const refusal = errorOf('bad-message', { detail });
  return { type: 'unaccepted-command', channel, id: id.data, error: refusal };
}
