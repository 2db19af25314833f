/**
 * Events: what has happened in a reliable channel. Whoever applies them in order to the channel's state
 * has its newest state; the reducers beside the states do. `noun:past` names what a command did.
 */
import { z } from 'zod';
import { documentId, instant, linkAccess, title, ulid, user, userId } from '../messages/field.ts';
import { chatMentions, chatMessage, chatText, usedEmoji } from '../state/chat.ts';
import { listedDocument } from '../state/library.ts';
import { sharingMember } from '../state/sharing.ts';

const named = <N extends string, S extends z.ZodRawShape>(name: N, fields: S) =>
  z.strictObject({
    name: z.literal(name),
    at: instant,
    /** The command that caused it, by which its author knows it again. */
    command: ulid.optional(),
    ...fields,
  });

const chatRead = z.number().int().nonnegative();

/** Somebody has another name or colour: told on each channel that names them. */
const profileChanged = named('profile:changed', { user });

const libraryEvents = [
  /** It is on the list now, or something of it has changed. */
  named('document:listed', { document: listedDocument }),
  named('document:renamed', { document: documentId, title }),
  named('document:unlisted', { document: documentId }),
  named('chat:seen', { document: documentId, chatRead }),
] as const;
export const libraryEvent = z.discriminatedUnion('name', [profileChanged, ...libraryEvents]);
export type LibraryEvent = z.infer<typeof libraryEvent>;

const chatEvents = [
  named('chat:sent', { message: chatMessage }),
  named('chat:edited', { message: ulid, text: chatText, mentions: chatMentions }),
  named('chat:deleted', { message: ulid }),
  named('chat:reacted', { message: ulid, user, emoji: usedEmoji, on: z.boolean() }),
] as const;
export const chatEvent = z.discriminatedUnion('name', [profileChanged, ...chatEvents]);
export type ChatEvent = z.infer<typeof chatEvent>;

const sharingEvents = [
  named('link:changed', { link: linkAccess }),
  named('member:changed', { member: sharingMember }),
  named('member:removed', { user: userId }),
] as const;
export const sharingEvent = z.discriminatedUnion('name', [profileChanged, ...sharingEvents]);
export type SharingEvent = z.infer<typeof sharingEvent>;

export const channelEvent = z.discriminatedUnion('name', [
  profileChanged,
  ...libraryEvents,
  ...chatEvents,
  ...sharingEvents,
]);
export type ChannelEvent = z.infer<typeof channelEvent>;
export type EventName = ChannelEvent['name'];
