/**
 * The tables of the database. Times are milliseconds since the epoch by the server's clock. The last six
 * belong to the journal, which has its own connections; all others are accessed through Kysely. The command
 * worker alone writes what commands change.
 */
import type { Generated, Kysely, Selectable } from 'kysely';
import type { DigestFrequency } from '@tandem/protocol/accounts';
import type { DocumentKind, LinkAccess, NotificationKind, Role } from '@tandem/protocol';
import type { WebhookDelivery, WebhookState } from '@tandem/protocol/webhooks';

export interface Tables {
  user: UserTable;
  session: SessionTable;
  identity: IdentityTable;
  removed_identity: RemovedIdentityTable;
  one_time: OneTimeTable;
  api_token: ApiTokenTable;
  webhook: WebhookTable;
  webhook_delivery: WebhookDeliveryTable;
  passkey: PasskeyTable;
  setting: SettingTable;
  audit: AuditTable;
  document: DocumentTable;
  document_ancestor: DocumentAncestorTable;
  visit: VisitTable;
  former_listing: FormerListingTable;
  member: MemberTable;
  person_group: PersonGroupTable;
  group_member: GroupMemberTable;
  group_role: GroupRoleTable;
  message: MessageTable;
  participant: ParticipantTable;
  reaction: ReactionTable;
  comment_thread: CommentThreadTable;
  notification: NotificationTable;
  digest: DigestTable;
  access_request: AccessRequestTable;
  link_terms: LinkTermsTable;
  link_entry: LinkEntryTable;
  publication: PublicationTable;
  invited_address: InvitedAddressTable;
  file: FileTable;
  command: CommandTable;
  event: EventTable;
  search_part: SearchPartTable;
  search_document: SearchDocumentTable;
  document_link: DocumentLinkTable;
  timeline: TimelineTable;
  job: JobTable;
  run: RunTable;
  journal: JournalTable;
  snapshot: SnapshotTable;
  update: UpdateTable;
  recent: RecentTable;
  client: ClientTable;
  history: HistoryTable;
  named_version: NamedVersionTable;
}

export type Database = Kysely<Tables>;

export interface UserTable {
  id: string;
  name: string;
  /** As the directory compares it; see `directory.ts`. */
  folded_name: Generated<string>;
  color: number;
  created_at: number;
  /** When the guest became a person with an account; null for a guest. */
  registered_at: number | null;
  is_administrator: Generated<number>;
  /** The account that has taken over everything of this guest. */
  merged_into: string | null;
  /** The account whose person may take over what this guest has, and has not decided yet. */
  offered_to: string | null;
  /** Since when an administrator keeps the person out (AD4). */
  blocked_at: number | null;
}
export type UserRow = Selectable<UserTable>;

export interface SessionTable {
  /** SHA-256 of the cookie, in hex: a reader of the database cannot sign in with it. */
  id: string;
  user: string;
  created_at: number;
  expires_at: number;
  used_at: number;
  /** When the person last showed who they are: by signing in, or by the password again. */
  confirmed_at: number;
  /** The browser, as it names itself. */
  agent: Generated<string>;
}
export type SessionRow = Selectable<SessionTable>;

/** What a person signs in with, besides passkeys. */
export interface IdentityTable {
  /** `email`, or the address of an OpenID provider. */
  issuer: string;
  /** The issuer's name of the person: an address, or `sub`. */
  subject: string;
  user: string;
  /** Of an address, its password's hash. */
  credential: string | null;
  created_at: number;
  /** When an address was known to be this person's: that of `subject`, or of `verified_address`. */
  verified_at: number | null;
  /** Of a provider: the address that it said is the person's, when they last signed in by it (IA2). */
  verified_address: Generated<string | null>;
}
export type IdentityRow = Selectable<IdentityTable>;

/** Identities that do not become this user's again by their address (AC24). */
export interface RemovedIdentityTable {
  issuer: string;
  subject: string;
  user: string;
}

/** Links that work once, and challenges that were used. */
export interface OneTimeTable {
  /** SHA-256 of the token, in hex: a reader of the database cannot use the link. */
  token_hash: string;
  /** - `passkey-challenge`: it was used, and is not taken again (PK3) */
  purpose: 'invitation' | 'password-reset' | 'verification' | 'passkey-challenge';
  /** Whom or what the link is for. */
  subject: string;
  created_at: number;
  expires_at: number;
}
export type OneTimeRow = Selectable<OneTimeTable>;

export interface ApiTokenTable {
  /** SHA-256 of the token, in hex: a reader of the database cannot send it. */
  id: string;
  user: string;
  name: string;
  /** Its first characters. */
  beginning: string;
  /** Separated by blanks. */
  scopes: string;
  created_at: number;
  expires_at: number | null;
  used_at: number | null;
}
export type ApiTokenRow = Selectable<ApiTokenTable>;

export interface WebhookTable {
  id: string;
  user: string;
  name: string;
  url: string;
  /** Separated by blanks. */
  events: string;
  /** Null: all documents that the person may read and has on their list. */
  document: string | null;
  /** As it is: the server signs with it (WH6). */
  secret: string;
  state: WebhookState;
  created_at: number;
  last_at: number | null;
  /** The code of the last answer, or why there was none. */
  last_result: string | null;
  /** Since the last success. */
  failures: Generated<number>;
  failing_since: number | null;
  /** Nothing is sent before: the pause after a failure (WH10). */
  next_at: number | null;
  /** Events that were left out (WH8, WH13). */
  dropped: Generated<number>;
}
export type WebhookRow = Selectable<WebhookTable>;

/** What waits for a webhook. */
export interface WebhookDeliveryTable {
  webhook: string;
  /** The same for all webhooks that are told. */
  event: string;
  type: WebhookDelivery['type'];
  document: string | null;
  actor: string | null;
  at: number;
}
export type WebhookDeliveryRow = Selectable<WebhookDeliveryTable>;

/** What an authenticator has told of a key of its person. */
export interface PasskeyTable {
  /** The credential's, in base64url. */
  id: string;
  user: string;
  /** The RP id. */
  host: string;
  /** A COSE key, in base64url. */
  public_key: string;
  /** How often the authenticator has signed, as far as it counts (PK8). */
  counter: number;
  /** Separated by blanks. */
  transports: string;
  name: string;
  created_at: number;
  used_at: number | null;
}
export type PasskeyRow = Selectable<PasskeyTable>;

/** Settings that administrators change while the server runs. */
export interface SettingTable {
  name: 'sign-in' | 'registration';
  value: string;
}

/** Who did what to what: ids and words of lists only (AU2). */
export interface AuditTable {
  /** Numbers may be missing. */
  number: Generated<number>;
  at: number;
  /** Null: the server by itself. */
  actor: string | null;
  action: string;
  document: string | null;
  /** Whom it was done to. */
  person: string | null;
  network: string | null;
  /** JSON, by the schema of the action. */
  detail: string;
}

export interface DocumentTable {
  id: string;
  kind: DocumentKind;
  title: string;
  owner: string | null;
  /** Null: as the document that it is in. At the top, null is off. */
  link_access: LinkAccess | null;
  parent: string | null;
  /** A fractional index. */
  position: Generated<string>;
  /** 1: roles and link access of the documents around it do not count here (TR6). */
  is_restricted: Generated<number>;
  excerpt: string;
  folded_title: Generated<string>;
  folded_excerpt: Generated<string>;
  created_at: number;
  updated_at: number;
  /** Since when others are made from it (TM1). */
  template_at: number | null;
  trashed_at: number | null;
  /** The document around it, together with which it was moved to the trash (TR8). */
  trashed_with: string | null;
  /** Set for good: the row keeps the id from being used again. */
  purged_at: number | null;
}
export type DocumentRow = Selectable<DocumentTable>;

/** Derived from `parent` and `is_restricted`: one row for each document around a document. */
export interface DocumentAncestorTable {
  document: string;
  ancestor: string;
  /** 1 for the parent. */
  depth: number;
  /** 1 if no document from this one up to below the ancestor is restricted. */
  inherits: number;
}

export interface VisitTable {
  user: string;
  document: string;
  opened_at: number;
  chat_read: Generated<number>;
  comments_read: Generated<number>;
  favourite_at: number | null;
  /** Null: mentions and replies (NT5). */
  follows: 'all' | 'none' | null;
}

/** Documents that were taken off a person's list, whose words are still in its stored events: a purge finds them (PO4). */
export interface FormerListingTable {
  document: string;
  user: string;
}

/** The roles that people have in documents, by what was given to them and to their groups (GR3). */
export interface MemberTable {
  document: string;
  user: string;
  /** The strongest of them, by which everything is decided. */
  role: Exclude<Role, 'owner'>;
  /** What was given to the person; null: the role comes from groups alone. */
  own_role: Exclude<Role, 'owner'> | null;
}

/** A named set of people (GR1). */
export interface PersonGroupTable {
  id: string;
  name: string;
  folded_name: string;
  created_at: number;
  /** Since when it is being deleted (GR7). */
  ended_at: number | null;
}
export type PersonGroupRow = Selectable<PersonGroupTable>;

export interface GroupMemberTable {
  group_id: string;
  user: string;
}

/** A role that a document gives to a group. */
export interface GroupRoleTable {
  document: string;
  group_id: string;
  role: MemberTable['role'];
  at: number;
}

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

/** A request for access (PO7), also to a document that does not exist. One that was granted has no row. */
export interface AccessRequestTable {
  document: string;
  user: string;
  message: string;
  at: number;
  declined_at: number | null;
}
export type AccessRequestRow = Selectable<AccessRequestTable>;

/** Of a document's own link, if it ends by itself (PO11) or has a password (PO12). */
export interface LinkTermsTable {
  document: string;
  expires_at: number | null;
  /** 1: the link has ended, and is off since then. */
  is_over: Generated<number>;
  /** A hash. */
  password: string | null;
}
export type LinkTermsRow = Selectable<LinkTermsTable>;

/** Who has entered the password that the link has now. */
export interface LinkEntryTable {
  document: string;
  user: string;
  at: number;
}

/** A document that is on the web for everyone (PB1). */
export interface PublicationTable {
  document: string;
  /** In the address, which nobody can guess. A document that is published again has another one. */
  id: string;
  published_by: string;
  is_indexed: Generated<number>;
  created_at: number;
}

/** A role in a document for the person who has an address, until they open it (IA1). */
export interface InvitedAddressTable {
  document: string;
  address: string;
  role: MemberTable['role'];
  invited_by: string;
  at: number;
  expires_at: number;
}
export type InvitedAddressRow = Selectable<InvitedAddressTable>;

/**
 * An uploaded file, or an attempt to upload one: the row comes before the bytes and goes after them, so that no
 * bytes are without a row.
 */
export interface FileTable {
  /** Of the bytes in the object store, used once. */
  key: string;
  document: string;
  /** Chosen by the client; a document has one stored file with it. */
  id: string;
  /** `tombstone`: a person has deleted it, and no bytes are left. */
  state: 'uploading' | 'stored' | 'deleted' | 'tombstone';
  name: string;
  size: number;
  /** SHA-256 in hex; this and the next three are null until the file is stored. */
  hash: string | null;
  /** By the content: `FileType`. */
  type: string | null;
  /** In pixels, of an image. */
  width: number | null;
  height: number | null;
  created_by: string;
  created_at: number;
  /** When the sweep found nothing that refers to it, for the first time since something did. */
  unreferenced_at: number | null;
}
export type FileRow = Selectable<FileTable>;

export interface CommandTable {
  user: string;
  id: string;
  result: string;
  at: number;
}

/** Events of channels. The newest of each channel stays, because its offset is the channel's head. */
export interface EventTable {
  channel: string;
  offset: number;
  data: string;
  at: number;
}

/** A part of a document's text, its title, or a comment. Its terms are stored in the way of the database. */
export interface SearchPartTable {
  number: Generated<number>;
  document: string;
  kind: 'text' | 'title' | 'comment';
  /** Of a comment its id; otherwise a hash of the content: the parts of a text differ. */
  key: string;
  content: string;
}

/** A link in the text of a document to another one (BL1). */
export interface DocumentLinkTable {
  document: string;
  target: string;
  /** Empty for an address without one. */
  host: string;
  excerpt: string;
  /** Where the words of the link are in the excerpt. */
  link_from: number;
  link_to: number;
}

/** Which text of a document is indexed. */
export interface SearchDocumentTable {
  document: string;
  epoch: string;
  offset: number;
  /** 0 while parts of it are missing. */
  indexed_at: number;
}

/**
 * The timelines of the database, oldest first; positions count in the newest, which is also the epoch of all
 * channels. A restore begins one.
 */
export interface TimelineTable {
  number: Generated<number>;
  id: string;
  began_at: number;
}

/** Jobs of all nodes. Times are by the clock of the database. */
export interface JobTable {
  id: string;
  kind: string;
  key: string;
  input: string;
  /** When the job may be taken; the end of its lease while it runs; null once it has failed. */
  due_at: number | null;
  /** Of the process that runs it. */
  lease: string | null;
  /** When it is due again after the run that has begun. */
  again_at: number | null;
  /** Of a recurring job. */
  interval_ms: number | null;
  attempts: Generated<number>;
  failures: Generated<number>;
  failed_at: number | null;
  error: string | null;
}

export interface RunTable {
  id: string;
  schema_version: number;
}

/**
 * A document. The snapshot covers 1 … `snapshot_offset`. Later rows are in `update` up to `settled`, and in
 * `recent` after it.
 */
export interface JournalTable {
  document: string;
  epoch: string;
  kind: DocumentKind;
  settled: number;
  snapshot_offset: number;
}

/** Separate from `journal`, whose rows are small. */
export interface SnapshotTable {
  document: string;
  data: Uint8Array;
}

export interface UpdateTable {
  document: string;
  offset: number;
  data: Uint8Array;
  user: string;
  at: number;
}

/**
 * Rows of all documents, numbered in the order of their commits; those up to their document's `settled` are
 * copies. Offset 0 says that the document was deleted, and that its earlier rows do not count.
 */
export interface RecentTable extends UpdateTable {
  number: number;
}

export interface ClientTable {
  document: string;
  client: number;
  user: string;
}

/** Rows that compactions moved out of the journal, many in one; without gaps, up to `snapshot_offset`. */
export interface HistoryTable {
  document: string;
  to_offset: number;
  from_offset: number;
  ended_at: number;
  bytes: number;
  /** As JSON. */
  sessions: string;
  thinned_at: number | null;
  data: Uint8Array;
  /** The document after `to_offset`. */
  checkpoint: Uint8Array | null;
}

export interface NamedVersionTable {
  document: string;
  id: string;
  offset: number;
  title: string;
  user: string;
  at: number;
}
