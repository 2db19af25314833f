/**
 * The tables of `tandem.db`. Times are milliseconds since the epoch by the server's clock. The upper
 * four belong to people and are read through Kysely; the lower four are the journal and belong to
 * the engine, which uses its own connections.
 */
import type { Kysely, Selectable } from 'kysely';
import type { DocumentKind } from '@tandem/protocol';

export interface Tables {
  user: UserTable;
  session: SessionTable;
  document: DocumentTable;
  visit: VisitTable;
  journal: JournalTable;
  snapshot: SnapshotTable;
  update: UpdateTable;
  client: ClientTable;
}

/** The metadata database. */
export type Database = Kysely<Tables>;

export interface UserTable {
  id: string;
  name: string;
  /** An index into the palette. */
  color: number;
  created_at: number;
}
export type UserRow = Selectable<UserTable>;

export interface SessionTable {
  /** SHA-256 of the cookie, in hex: whoever reads the database cannot sign in with it. */
  id: string;
  user: string;
  created_at: number;
  expires_at: number;
}

/** What whoever has the link may do. */
export type LinkAccess = 'edit' | 'view' | 'off';

export interface DocumentTable {
  id: string;
  kind: DocumentKind;
  title: string;
  /** Null for what a stock client created under a name of its own. */
  owner: string | null;
  link_access: LinkAccess;
  /** The first words of the text, at most 200 characters; follows the text within seconds. */
  excerpt: string;
  created_at: number;
  updated_at: number;
}
export type DocumentRow = Selectable<DocumentTable>;

/** A document on somebody's list. */
export interface VisitTable {
  user: string;
  document: string;
  opened_at: number;
}

/** One life of a document. `head` is the last committed seq; the snapshot covers 1 … `snapshot_seq`. */
export interface JournalTable {
  document: string;
  incarnation: string;
  kind: DocumentKind;
  head: number;
  snapshot_seq: number;
}

/** Apart from `journal`, whose rows every commit writes again. */
export interface SnapshotTable {
  document: string;
  data: Uint8Array;
}

export interface UpdateTable {
  document: string;
  seq: number;
  data: Uint8Array;
  user: string;
  at: number;
}

/** To whom a Yjs client id belongs. */
export interface ClientTable {
  document: string;
  client: number;
  user: string;
}
