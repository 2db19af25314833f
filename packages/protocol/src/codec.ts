/** Interface of both wire encodings. A frame carries one or more messages. */
import { errorOf, type ErrorBody } from './errors.ts';
import { ulid } from './messages/field.ts';
import type { ClientMessage, Message, ServerMessage } from './messages/message.ts';
import { textRefusal } from './text.ts';
import type * as z from 'zod/mini';

export interface InvalidFrame {
  readonly kind: 'invalid';
  readonly reason: string;
}

export type Decoded<M> = { readonly kind: 'ok'; readonly messages: readonly M[] } | InvalidFrame;

export interface Codec<Data extends Uint8Array | string> {
  readonly subprotocol: string;
  encode(message: Message): Data;
  join(parts: readonly Data[]): Data;
  split(
    encoded: Data,
    options: { readonly channel: number; readonly maxBytes: number },
  ): readonly Data[];
  decodeFromClient(frame: Data): Decoded<ClientMessage | MessageFragment | UnacceptedCommand>;
  decodeFromServer(frame: Data): Decoded<ServerMessage>;
}

export type MessageFragment = Extract<Message, { type: 'fragment' }>;

/**
 * An invalid command with a readable id: the answer is `refused`, and the connection stays (W24).
 */
export interface UnacceptedCommand {
  readonly type: 'unaccepted-command';
  readonly channel: number;
  readonly id: string;
  readonly error: ErrorBody;
}

const NOT_UNDERSTOOD =
  'The server does not understand this change, so nothing was changed. Reload the page, or tell the person who runs this server.';

export function unacceptedCommand(
  { channel, body }: { readonly channel: number; readonly body: unknown },
  error: z.core.$ZodError,
): UnacceptedCommand | null {
  if (typeof body !== 'object' || body === null || !('id' in body)) return null;
  const id = ulid.safeParse(body.id);
  if (!id.success) return null;
  const detail = textRefusal(error) ?? NOT_UNDERSTOOD;
  const refusal = errorOf('bad-message', { detail });
  return { type: 'unaccepted-command', channel, id: id.data, error: refusal };
}
