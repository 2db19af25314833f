/** The audit log, in SQLite and in Postgres: AU1 to AU9 of the README.md beside this. */
import { createHash } from 'node:crypto';
import {
  AUDIT_DETAILS,
  auditEntry,
  type AuditAction,
  type AuditDetail,
  type AuditEntry,
} from '@tandem/protocol/audit';
import { AUDIT } from '../limits.ts';
import { mayRead } from '../access-conditions.ts';
import type { Database } from '../tables.ts';

/** What a command records of these actions. */
export type AuditEvent<A extends AuditAction> = A extends AuditAction
  ? {
      readonly action: A;
      readonly detail: AuditDetail<A>;
      readonly document?: string;
      readonly person?: string;
      readonly network?: string | null;
      /** Given by a server, in nobody's name. */
      readonly actor?: 'server';
    }
  : never;

export interface NewAuditEntry {
  readonly at: number;
  readonly user: string;
  readonly event: AuditEvent<AuditAction>;
}

/** @throws when a detail does not fit its schema, which is a bug (AU2). */
export async function addAuditEntries(
  db: Database,
  entries: readonly NewAuditEntry[],
): Promise<void> {
  const rows = entries.map(({ at, user, event }) => ({
    at,
    actor: event.actor === 'server' ? null : user,
    action: event.action,
    document: event.document ?? null,
    person: event.person ?? null,
    network: event.network ?? null,
    detail: JSON.stringify(AUDIT_DETAILS[event.action].parse(event.detail)),
  }));
  for (let from = 0; from < rows.length; from += AUDIT.perInsert)
    await db
      .insertInto('audit')
      .values(rows.slice(from, from + AUDIT.perInsert))
      .execute();
}

export interface AuditQuery {
  /** Who did it, or whom it was done to. */
  readonly person?: string | undefined;
  readonly document?: string | undefined;
  readonly action?: AuditAction | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** A number. */
  readonly before?: number | undefined;
}

/** The newest first. @returns what this version knows, and the number before which there may be more. */
export async function listAudit(
  db: Database,
  { person, document, action, since, until, before }: AuditQuery,
  limit: number,
): Promise<{ readonly entries: readonly AuditEntry[]; readonly next: number | null }> {
  let query = db.selectFrom('audit').selectAll();
  if (person !== undefined)
    query = query.where((eb) => eb.or([eb('actor', '=', person), eb('person', '=', person)]));
  if (document !== undefined) query = query.where('document', '=', document);
  if (action !== undefined) query = query.where('action', '=', action);
  if (since !== undefined) query = query.where('at', '>=', since);
  if (until !== undefined) query = query.where('at', '<', until);
  if (before !== undefined) query = query.where('number', '<', before);
  const rows = await query.orderBy('number', 'desc').limit(limit).execute();
  const entries = rows.flatMap((row) => {
    const entry = auditEntry.safeParse({ ...row, detail: JSON.parse(row.detail) as unknown });
    return entry.success ? [entry.data] : [];
  });
  const last = rows.at(-1);
  return { entries, next: rows.length < limit || last === undefined ? null : last.number };
}

/** Those of these documents that are on the user's list, or are theirs, and that they may read now. */
export async function findOwnTitles(
  db: Database,
  { user, documents }: { readonly user: string; readonly documents: readonly string[] },
): Promise<{ id: string; title: string }[]> {
  if (documents.length === 0) return [];
  return await db
    .selectFrom('document')
    .select(['id', 'title'])
    .where('id', 'in', documents)
    .where(mayRead(user, 'document'))
    .where(({ or, eb, exists, selectFrom }) =>
      or([
        eb('owner', '=', user),
        exists(
          selectFrom('visit')
            .select('visit.document')
            .whereRef('visit.document', '=', 'document.id')
            .where('visit.user', '=', user),
        ),
      ]),
    )
    .execute();
}

/** The id of a document is the secret of its link: of other documents the log shows a digest, the same each time (AU8). */
export function hideIds(entry: AuditEntry, known: ReadonlySet<string>): AuditEntry {
  const hide = (id: string | null) =>
    id === null || known.has(id)
      ? id
      : createHash('sha256').update(id).digest('base64url').slice(0, DIGEST_LENGTH);
  const hidden = { ...entry, document: hide(entry.document) };
  switch (hidden.action) {
    case 'document:created':
      return { ...hidden, detail: { parent: hide(hidden.detail.parent) } };
    case 'document:moved':
      return { ...hidden, detail: { from: hide(hidden.detail.from), to: hide(hidden.detail.to) } };
    default:
      return hidden;
  }
}

/** @returns the documents that an entry names. */
export function documentsOf({ document, action, detail }: AuditEntry): readonly string[] {
  const around =
    action === 'document:created'
      ? [detail.parent]
      : action === 'document:moved'
        ? [detail.from, detail.to]
        : [];
  return [document, ...around].filter((id) => id !== null);
}

/** Shorter than any id that the application makes. */
const DIGEST_LENGTH = 12;

/** @returns whether there may be more. */
export async function deleteOldAudit(db: Database, before: number): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('audit')
    .where(({ eb, selectFrom }) =>
      eb(
        'number',
        'in',
        selectFrom('audit')
          .select('number')
          .where('at', '<', before)
          .orderBy('at')
          .limit(AUDIT.sweepBatch),
      ),
    )
    .executeTakeFirst();
  return numDeletedRows >= AUDIT.sweepBatch;
}
