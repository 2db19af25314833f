/** Helpers for commands and channels on a native connection. */
import { ulid } from 'ulid';
import type { Call, ChannelName, ChannelPosition, MessageOf } from '@tandem/protocol';
import type { NativeClient } from './native-client.ts';

export const newDocument = (): string => `document-${ulid()}`;

export function command(call: Call, id: string = ulid()): MessageOf<'command'> {
  return { type: 'command', channel: 0, id, ...call };
}

export const create = (document: string, id?: string) =>
  command({ name: 'document:create', input: { document, title: 'Tide log' } }, id);

export const chat = (document: string, text: string, id?: string) =>
  command({ name: 'chat:send', input: { document, text, mentions: [], replyTo: null } }, id);

export async function runCommand(
  client: NativeClient,
  message: MessageOf<'command'>,
): Promise<MessageOf<'done'>> {
  client.send(message);
  return await client.next('done', ({ id }) => id === message.id);
}

export async function subscribe(
  client: NativeClient,
  name: ChannelName,
  position?: ChannelPosition,
): Promise<MessageOf<'subscribed'>> {
  client.send({
    type: 'subscribe',
    channel: 0,
    ref: 1,
    name,
    ...(position === undefined ? {} : { position }),
  });
  return await client.next('subscribed', (message) => message.name === name);
}
