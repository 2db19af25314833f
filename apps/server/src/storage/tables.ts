/**
 * The tables of the database. Times are milliseconds since the epoch by the server's clock. The last six
 * belong to the journal, which has its own connections; all others are accessed through Kysely. The command
 * worker alone writes what commands change.
 */
import type { Generated, Kysely } from 'kysely';
import type { DocumentKind } from '@tandem/protocol';
import type {
  UserTable,
  SessionTable,
  IdentityTable,
  RemovedIdentityTable,
  OneTimeTable,
  ApiTokenTable,
  WebhookTable,
  WebhookDeliveryTable,
  PasskeyTable,
  SettingTable,
  AuditTable,
} from './tables/accounts.ts';
import type {
  DocumentTable,
  DocumentAncestorTable,
  VisitTable,
  FormerListingTable,
  MemberTable,
  PersonGroupTable,
  GroupMemberTable,
  GroupRoleTable,
  AccessRequestTable,
  LinkTermsTable,
  LinkEntryTable,
  PublicationTable,
  InvitedAddressTable,
  FileTable,
  NamedVersionTable,
} from './tables/documents.ts';
import type {
  MessageTable,
  ParticipantTable,
  ReactionTable,
  CommentThreadTable,
  NotificationTable,
  DigestTable,
} from './tables/messages.ts';

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
