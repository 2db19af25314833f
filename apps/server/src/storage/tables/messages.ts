/** The rows of chats, comments and notifications. */
import type { Generated, Selectable } from 'kysely';
import type { DigestFrequency } from '@tandem/protocol/accounts';
import type { NotificationKind } from '@tandem/protocol';

/** The channels of a document that have messages. */
export type MessageChannel = 'chat' | 'comments';

/** Numbered from 1 without a gap in each channel; deleted messages stay, without their text. */
export interface MessageTable {
  document: string;
  channel: MessageChannel;
  number: number;
  id: string;
  /** Null in a chat. */
  thread: string | null;
  author: string;
  text: string;
  mentions: string;
  reply_to: string | null;
  at: number;
  edited_at: number | null;
  deleted_at: number | null;
  /** JSON of what an imported file says of it; null for one that its author wrote here. */
  imported: string | null;
}
export type MessageRow = Selectable<MessageTable>;

/** Who wrote, reacted or resolved where: an index on the authors of messages would take a page for each message. */
export interface ParticipantTable {
  user: string;
  document: string;
  channel: MessageChannel;
}

export interface ReactionTable {
  order: Generated<number>;
  document: string;
  message: string;
  emoji: string;
  place: number;
  user: string;
}

export interface CommentThreadTable {
  document: string;
  /** Also the id of its first message. */
  id: string;
  anchor: string;
  resolved_by: string | null;
  resolved_at: number | null;
  /** JSON of the person who resolved it in an imported file. */
  resolved_imported: string | null;
  /**
   * The account that imported its first message, also after that is deleted; null for one that was started, resolved or
   * reopened here.
   */
  imported_by: string | null;
}
export type CommentThreadRow = Selectable<CommentThreadTable>;

/** Who was notified of what. Its words are the document's and the message's. */
export interface NotificationTable {
  user: string;
  /** A ULID of the server: the newest is the greatest. */
  id: string;
  kind: NotificationKind;
  document: string;
  /** The id of a message, `share`, or who asks for access: nobody is notified twice of a cause. */
  cause: string;
  /** Of the message; null where there is none, as the next ones. */
  channel: MessageChannel | null;
  number: number | null;
  /** Null in a chat, too. */
  thread: string | null;
  actor: string;
  at: number;
  read_at: number | null;
}
export type NotificationRow = Selectable<NotificationTable>;

/** How often a person is mailed what they were notified of, and how far they were. Without a row: as its defaults. */
export interface DigestTable {
  user: string;
  frequency: Generated<DigestFrequency>;
  /** The id of a notification. */
  mark: Generated<string>;
  sent_at: number | null;
}
