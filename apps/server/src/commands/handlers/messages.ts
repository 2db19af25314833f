/** What commands about messages have in common, in the chat and in comments. */
import {
  whenImported,
  type Action,
  type Mention,
  type NewImportedMessage,
  type ThreadMessage,
} from '@tandem/protocol';
import {
  addParticipant,
  addReaction,
  appendMessage,
  deleteMessage,
  editMessage,
  findMessage,
  removeReaction,
  type MessageContent,
} from '../../storage/messages.ts';
import { findAccessEntry } from '../../storage/roles.ts';
import type { Database } from '../../storage/tables.ts';
import type { MessageChannel, MessageRow } from '../../storage/tables/messages.ts';
import type { UserRow } from '../../storage/tables/accounts.ts';
import { findUser, findUserIds, toUser } from '../../storage/users.ts';
import type { HandlerContext, Outcome } from '../handler.ts';
import { authorize } from './authorize.ts';
import { DONE, forbidden, notFound, type ForbiddenReason, type Refused } from './outcomes.ts';

export interface MessageRules {
  readonly channel: MessageChannel;
  /** What people need to write there. */
  readonly action: Action;
  readonly otherwise: ForbiddenReason;
  /** Whether all that is there was imported by this account, and what others hear (CO8, W48). */
  readonly hasOnlyImported: (
    db: Database,
    of: { readonly document: string; readonly user: string },
  ) => Promise<boolean>;
  readonly hasOthers: ForbiddenReason;
  /** Where all messages are sent together, they have limits together. */
  readonly refuseEdit?: (
    db: Database,
    document: string,
    change: { readonly before: MessageContent; readonly after: MessageContent },
  ) => Promise<ForbiddenReason | null>;
  readonly refuseReaction?: (db: Database, document: string) => Promise<ForbiddenReason | null>;
}

interface About {
  readonly document: string;
  readonly message: string;
}

type Found<T = object> = Refused | ({ readonly kind: 'found'; readonly message: MessageRow } & T);

/** Null where the author of the command may write. */
async function refuseWriter(
  context: HandlerContext,
  { action, otherwise }: MessageRules,
  document: string,
): Promise<Refused | null> {
  const permission = await authorize(context, { document, action, otherwise });
  return permission.kind === 'refused' ? permission : null;
}

interface Importing {
  readonly document: string;
  readonly imported?: object | undefined;
}

/** An import names authors, so that only the owner of the document is trusted with it. */
export async function refuseAuthor(
  context: HandlerContext,
  rules: MessageRules,
  { document, imported }: Importing,
): Promise<Refused | null> {
  if (imported === undefined) return await refuseWriter(context, rules, document);
  const otherwise = 'only-owners-import';
  const permission = await authorize(context, { document, action: 'moderate', otherwise });
  return permission.kind === 'refused' ? permission : null;
}

/** So that no made-up name stands among what people wrote. */
export async function refuseImport(
  { db, user }: HandlerContext,
  { hasOnlyImported, hasOthers }: MessageRules,
  { document, imported }: Importing,
): Promise<Refused | null> {
  if (imported === undefined || (await hasOnlyImported(db, { document, user }))) return null;
  return forbidden(hasOthers);
}

export async function refuseMessage(
  context: HandlerContext,
  rules: MessageRules,
  input: NewMessage,
): Promise<Refused | null> {
  const refusal = await refuseAuthor(context, rules, input);
  // Names in a file are no accounts, and nobody is notified of them.
  const isMentioning = input.imported !== undefined && input.mentions.length > 0;
  return refusal ?? (isMentioning ? forbidden('imports-mention-nobody') : null);
}

/** Null for a new message. The ids of others are known after the results of their commands were forgotten, too (W25). */
export async function findRepeat(
  { db, user, command }: HandlerContext,
  { channel }: MessageRules,
  document: string,
): Promise<Outcome | null> {
  const before = await findMessage(db, { document, message: command });
  if (before === undefined) return null;
  return before.author === user && before.channel === channel ? DONE : forbidden('id-taken');
}

export interface NewMessage {
  readonly document: string;
  readonly text: string;
  readonly mentions: readonly Mention[];
  readonly imported?: NewImportedMessage | undefined;
}

/** As it is stored, for limits. */
export function contentOf(
  { at }: HandlerContext,
  { text, mentions, imported }: NewMessage,
): MessageContent {
  return {
    ...{ text, mentions },
    imported: imported === undefined ? null : whenImported(imported, at).imported,
  };
}

interface Added {
  readonly kind: 'added';
  readonly message: ThreadMessage & { readonly number: number };
}

/** @returns the outcome of the command when nothing is added */
export async function addMessage(
  context: HandlerContext,
  rules: MessageRules,
  {
    document,
    text,
    mentions: named,
    imported,
    ...place
  }: NewMessage & {
    readonly thread?: string;
    readonly replyTo?: string | null;
  },
): Promise<Added | Outcome> {
  const { db, user, command: id, at } = context;
  const { channel } = rules;
  const { thread = null, replyTo = null } = place;
  const row = await findUser(db, user);
  if (row === undefined) return notFound('person');
  const mentions = await mentionsOfExisting(db, named);
  const when = { at, editedAt: null, imported: null };
  const message = {
    ...{ id, text, mentions, replyTo },
    ...(imported === undefined ? when : whenImported(imported, at)),
  };
  const number = await appendMessage(db, { ...message, document, channel, thread, author: user });
  if (number === undefined)
    return (await findRepeat(context, rules, document)) ?? forbidden('id-taken');
  const author = toUser(row);
  return { kind: 'added', message: { ...message, number, author, reactions: [], deletedAt: null } };
}

export async function edit(
  context: HandlerContext,
  rules: MessageRules,
  input: About & MessageContent,
): Promise<Found<{ readonly mentions: Mention[] }>> {
  const { db, user, at } = context;
  const refusal = await refuseWriter(context, rules, input.document);
  if (refusal !== null) return refusal;
  const message = await findUndeleted(db, rules, input);
  if (message === undefined) return notFound('message');
  if (message.author !== user) return forbidden('not-your-message');
  if (message.imported !== null) return forbidden('imported-stays');
  const mentions = await mentionsOfExisting(db, input.mentions);
  const before = { text: message.text, mentions: JSON.parse(message.mentions) as Mention[] };
  const after = { text: input.text, mentions };
  const full = (await rules.refuseEdit?.(db, input.document, { before, after })) ?? null;
  if (full !== null) return forbidden(full);
  await editMessage(db, input, { text: input.text, mentions, at });
  return { kind: 'found', message, mentions };
}

export async function remove(
  { db, user, at, audit }: HandlerContext<'message:deleted'>,
  rules: MessageRules,
  input: About,
): Promise<Found> {
  const { document } = input;
  const { channel } = rules;
  if ((await findAccessEntry(db, { document, user })) === null) return notFound('document');
  const message = await findUndeleted(db, rules, input);
  if (message === undefined) return notFound('message');
  if (message.author !== user) {
    const otherwise = 'not-yours-to-delete';
    const permission = await authorize({ db, user }, { document, action: 'moderate', otherwise });
    if (permission.kind === 'refused') return permission;
  }
  await deleteMessage(db, input, at);
  const person = message.author;
  if (person !== user) audit({ action: 'message:deleted', document, person, detail: { channel } });
  return { kind: 'found', message };
}

export async function react(
  context: HandlerContext,
  rules: MessageRules,
  { document, message: id, emoji, on }: About & { readonly emoji: string; readonly on: boolean },
): Promise<Found<{ readonly by: UserRow; readonly isChanged: boolean }>> {
  const { db, user } = context;
  const refusal = await refuseWriter(context, rules, document);
  if (refusal !== null) return refusal;
  const message = await findUndeleted(db, rules, { document, message: id });
  if (message === undefined) return notFound('message');
  const by = await findUser(db, user);
  if (by === undefined) return notFound('person');
  const full = on ? ((await rules.refuseReaction?.(db, document)) ?? null) : null;
  if (full !== null) return forbidden(full);
  const reaction = { document, message: id, user, emoji };
  const result = on ? await addReaction(db, reaction) : await removeReaction(db, reaction);
  if (result === 'full') return forbidden('too-many-reactions');
  if (on) await addParticipant(db, { user, document, channel: rules.channel });
  return { kind: 'found', message, by, isChanged: result === 'changed' };
}

async function findUndeleted(
  db: Database,
  { channel }: MessageRules,
  about: About,
): Promise<MessageRow | undefined> {
  const message = await findMessage(db, { ...about, channel });
  return message?.deleted_at === null ? message : undefined;
}

async function mentionsOfExisting(db: Database, mentions: readonly Mention[]): Promise<Mention[]> {
  const known = await findUserIds(db, [...new Set(mentions.map(({ user }) => user))]);
  return mentions.filter(({ user }) => known.has(user));
}
