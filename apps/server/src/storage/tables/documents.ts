/** The rows of documents: where they are, who has which role in them, and what belongs to them. */
import type { Generated, Selectable } from 'kysely';
import type { DocumentKind, LinkAccess, Role } from '@tandem/protocol';

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

export interface NamedVersionTable {
  document: string;
  id: string;
  offset: number;
  title: string;
  user: string;
  at: number;
}
