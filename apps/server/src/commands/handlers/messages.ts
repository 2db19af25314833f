/** What commands about messages have in common, in the chat and in comments. */
import type { Action, Mention } from '@tandem/protocol';
import {
  addParticipant,
  addReaction,
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
import { findUser, findUserIds } from '../../storage/users.ts';
import type { HandlerContext } from '../handler.ts';
import { authorize } from './authorize.ts';
import { forbidden, notFound, type ForbiddenReason, type Refused } from './outcomes.ts';

export interface MessageRules {
  readonly channel: MessageChannel;
  /** What people need to write there. */
  readonly action: Action;
  readonly otherwise: ForbiddenReason;
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
export async function refuseWriter(
  context: HandlerContext,
  { action, otherwise }: MessageRules,
  document: string,
): Promise<Refused | null> {
  const permission = await authorize(context, { document, action, otherwise });
  return permission.kind === 'refused' ? permission : null;
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

export async function mentionsOfExisting(
  db: Database,
  mentions: readonly Mention[],
): Promise<Mention[]> {
  const known = await findUserIds(db, [...new Set(mentions.map(({ user }) => user))]);
  return mentions.filter(({ user }) => known.has(user));
}
