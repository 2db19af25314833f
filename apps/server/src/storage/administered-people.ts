/** People as administrators see them: AD2 in `accounts/README.md`. */
import { foldText, searchWords } from '@tandem/protocol';
import { MAX_PEOPLE_PAGE, type PeopleKind } from '@tandem/protocol/administration';
import { sql } from 'kysely';
import { ADMINISTRATION } from '../limits.ts';
import { EMAIL_ISSUER } from './identities.ts';
import type { Database } from './tables.ts';
import type { UserRow } from './tables/accounts.ts';

export interface PersonRow extends UserRow {
  readonly email: string | null;
  readonly sessions: number;
  readonly passkeys: number;
  readonly seenAt: number | null;
}

export interface PeopleQuery {
  readonly kind: PeopleKind;
  /** Parts of the name and of the address, which all have to be there. */
  readonly search: string;
  readonly after?: string | undefined;
  readonly at: number;
}

/**
 * The newest first. A search compares names as people do, without case and accents, which no database does alike: it
 * reads people until the page is full, or until it has read as many as one request may.
 *
 * @returns after whom there may be more; null at the end
 */
export async function listPeople(
  db: Database,
  { kind, search, after, at }: PeopleQuery,
): Promise<{ readonly people: readonly PersonRow[]; readonly next: string | null }> {
  const words = searchWords(search);
  const found: FoundPerson[] = [];
  let last = after;
  for (let scanned = 0; scanned < ADMINISTRATION.maxScanned;) {
    const limit = ADMINISTRATION.perScan;
    const rows = await peopleAfter(db, { kind, last, limit });
    for (const row of rows) {
      if (!isMatch(row, words)) continue;
      if (found.length === MAX_PEOPLE_PAGE)
        return { people: await withFacts(db, found, at), next: found.at(-1)!.id };
      found.push(row);
    }
    scanned += rows.length;
    last = rows.at(-1)?.id;
    if (rows.length < limit) return { people: await withFacts(db, found, at), next: null };
  }
  return { people: await withFacts(db, found, at), next: last ?? null };
}

export async function setBlocked(db: Database, user: string, at: number | null): Promise<void> {
  await db.updateTable('user').set({ blocked_at: at }).where('id', '=', user).execute();
}

type FoundPerson = UserRow & { readonly email: string | null };

async function peopleAfter(
  db: Database,
  {
    kind,
    last,
    limit,
  }: { readonly kind: PeopleKind; readonly last: string | undefined; readonly limit: number },
): Promise<readonly FoundPerson[]> {
  let query = db
    .selectFrom('user')
    .leftJoin('identity', (join) =>
      join.onRef('identity.user', '=', 'user.id').on('identity.issuer', '=', EMAIL_ISSUER),
    )
    .selectAll('user')
    .select('identity.subject as email')
    .where('user.merged_into', 'is', null)
    .where('user.registered_at', kind === 'guests' ? 'is' : 'is not', null);
  if (kind === 'administrators') query = query.where('user.is_administrator', '=', 1);
  if (kind === 'blocked') query = query.where('user.blocked_at', 'is not', null);
  if (last !== undefined) query = query.where('user.id', '<', last);
  return await query.orderBy('user.id', 'desc').limit(limit).execute();
}

function isMatch({ name, email }: FoundPerson, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = foldText(`${name} ${email ?? ''}`);
  return words.every((word) => text.includes(word));
}

async function withFacts(
  db: Database,
  people: readonly FoundPerson[],
  at: number,
): Promise<readonly PersonRow[]> {
  if (people.length === 0) return [];
  const ids = people.map(({ id }) => id);
  const sessions = await db
    .selectFrom('session')
    .select(['user', sql<number>`count(*)`.as('count'), sql<number>`max(used_at)`.as('usedAt')])
    .where('user', 'in', ids)
    .where('expires_at', '>', at)
    .groupBy('user')
    .execute();
  const visits = await db
    .selectFrom('visit')
    .select(['user', sql<number>`max(opened_at)`.as('openedAt')])
    .where('user', 'in', ids)
    .groupBy('user')
    .execute();
  const passkeys = await db
    .selectFrom('passkey')
    .select(['user', sql<number>`count(*)`.as('count')])
    .where('user', 'in', ids)
    .groupBy('user')
    .execute();
  const bySession = new Map(sessions.map((row) => [row.user, row]));
  const byVisit = new Map(visits.map((row) => [row.user, Number(row.openedAt)]));
  const byPasskey = new Map(passkeys.map((row) => [row.user, Number(row.count)]));
  return people.map((person) => {
    const session = bySession.get(person.id);
    const seenAt = Math.max(Number(session?.usedAt ?? 0), byVisit.get(person.id) ?? 0);
    return {
      ...person,
      sessions: Number(session?.count ?? 0),
      passkeys: byPasskey.get(person.id) ?? 0,
      seenAt: seenAt === 0 ? null : seenAt,
    };
  });
}
