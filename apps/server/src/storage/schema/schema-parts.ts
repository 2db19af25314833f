/** What differs between the schemas of SQLite and of Postgres. */
import type { ColumnDataType, Kysely, RawBuilder } from 'kysely';

export type DatabaseKind = 'sqlite' | 'postgres';

type ColumnType = ColumnDataType | RawBuilder<unknown>;

export interface ColumnTypes {
  readonly text: ColumnType;
  /** 64 bits. */
  readonly integer: ColumnType;
  readonly bytes: ColumnType;
  /** The primary key of a table whose rows are numbered in the order of their insertion. */
  readonly rowNumber: ColumnType;
  /** Rows of a table lie in the order of its primary key. Postgres has no such tables. */
  readonly clustered: RawBuilder<unknown>;
}

export interface SchemaParts {
  readonly types: ColumnTypes;
  createOwnTables(db: Kysely<unknown>): Promise<void>;
  /** How the terms of `search_part` are stored. */
  createSearchTerms(db: Kysely<unknown>): Promise<void>;
}
