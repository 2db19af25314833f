/**
 * Commands: what a person wants changed beside document text. Each is validated, authorised, executed and
 * recorded in one transaction with the events it causes; its result is kept under its id, so a repeat
 * changes nothing and is answered as the first was. Ids are ULIDs of the client's and belong to the user.
 */
import { z } from 'zod';
import {
  color,
  documentId,
  linkAccess,
  memberRole,
  newName,
  newTitle,
  ulid,
  userId,
} from '../messages/field.ts';
import { chatMentions, emoji, mentionsFit, newChatText } from '../state/chat.ts';

const newDocumentId = documentId.min(20);
const MISPLACED_MENTIONS = 'Mentions stand in the text, in order, and do not overlap.';

/** Inputs by name. */
export const COMMANDS = {
  /** Makes a page that the user owns; one that is there already stays as it is. */
  'document:create': z.strictObject({ document: newDocumentId, title: newTitle.optional() }),
  'document:rename': z.strictObject({ document: documentId, title: newTitle }),
  /** Takes it off the user's own list; it stays where it is for everyone else. */
  'document:unlist': z.strictObject({ document: documentId }),
  'link:change': z.strictObject({ document: documentId, link: linkAccess }),
  'member:change': z.strictObject({ document: documentId, user: userId, role: memberRole }),
  'member:remove': z.strictObject({ document: documentId, user: userId }),
  'profile:change': z.strictObject({ name: newName.optional(), color: color.optional() }),
  /** The message's id is the command's. */
  'chat:send': z
    .strictObject({
      document: documentId,
      text: newChatText,
      mentions: chatMentions,
      replyTo: ulid.nullable(),
    })
    .refine(mentionsFit, MISPLACED_MENTIONS),
  'chat:edit': z
    .strictObject({
      document: documentId,
      message: ulid,
      text: newChatText,
      mentions: chatMentions,
    })
    .refine(mentionsFit, MISPLACED_MENTIONS),
  'chat:delete': z.strictObject({ document: documentId, message: ulid }),
  'chat:react': z.strictObject({ document: documentId, message: ulid, emoji, on: z.boolean() }),
  /** Everything up to this number has been seen; never moves back. */
  'chat:see': z.strictObject({ document: documentId, number: z.number().int().nonnegative() }),
} as const satisfies Record<string, z.ZodType>;

export type CommandName = keyof typeof COMMANDS;
export type CommandInput<N extends CommandName> = z.infer<(typeof COMMANDS)[N]>;

/** A command without its id: what is to be done. */
export type Call = {
  [N in CommandName]: { readonly name: N; readonly input: CommandInput<N> };
}[CommandName];
export type CallOf<N extends CommandName> = Extract<Call, { name: N }>;
export type Command = Call & { readonly id: string };

const of = <N extends CommandName>(name: N) =>
  z.strictObject({ id: ulid, name: z.literal(name), input: COMMANDS[name] });

export const command = z.discriminatedUnion('name', [
  of('document:create'),
  of('document:rename'),
  of('document:unlist'),
  of('link:change'),
  of('member:change'),
  of('member:remove'),
  of('profile:change'),
  of('chat:send'),
  of('chat:edit'),
  of('chat:delete'),
  of('chat:react'),
  of('chat:see'),
]);
