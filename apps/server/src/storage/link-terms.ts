/** When the links of documents end (PO11). A link that has ended is off: the row says since when. */
import type { Database, LinkTermsRow } from './tables.ts';

/** Null: the link does not end by itself. */
export async function readExpiry(
  db: Database,
  document: string,
): Promise<Pick<LinkTermsRow, 'expires_at' | 'is_over'> | undefined> {
  return await db
    .selectFrom('link_terms')
    .select(['expires_at', 'is_over'])
    .where('document', '=', document)
    .executeTakeFirst();
}

/** @param expiresAt null: not by itself */
export async function setExpiry(
  db: Database,
  document: string,
  expiresAt: number | null,
): Promise<void> {
  if (expiresAt === null) {
    await db.deleteFrom('link_terms').where('document', '=', document).execute();
    return;
  }
  const terms = { expires_at: expiresAt, is_over: 0 };
  await db
    .insertInto('link_terms')
    .values({ document, ...terms })
    .onConflict((conflict) => conflict.column('document').doUpdateSet(terms))
    .execute();
}

export async function markExpired(db: Database, document: string): Promise<void> {
  await db.updateTable('link_terms').set({ is_over: 1 }).where('document', '=', document).execute();
}

export interface ExpiringLink {
  readonly document: string;
  readonly owner: string | null;
  readonly expiresAt: number;
}

/** Those that end next, and those that should have ended, the first ones first. */
export async function findExpiringLinks(db: Database, limit: number): Promise<ExpiringLink[]> {
  return await db
    .selectFrom('link_terms')
    .innerJoin('document', 'document.id', 'link_terms.document')
    .select(['link_terms.document', 'document.owner', 'link_terms.expires_at as expiresAt'])
    .where('link_terms.is_over', '=', 0)
    .where('link_terms.expires_at', 'is not', null)
    .$narrowType<{ expiresAt: number }>()
    .orderBy('link_terms.expires_at')
    .limit(limit)
    .execute();
}
