/** What both encodings of the wire have in common. A frame carries one or more messages. */
import type { ClientMessage, Message, ServerMessage } from './messages/message.ts';

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
  decodeFromClient(frame: Data): Decoded<ClientMessage | MessagePart>;
  decodeFromServer(frame: Data): Decoded<ServerMessage>;
}

export type MessagePart = Extract<Message, { type: 'part' }>;
