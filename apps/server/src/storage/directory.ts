/**
 * Whom somebody may find by name to add them to a document (PE3). The search reveals a name, a colour and, of people
 * whom they have met, a document that both see; never an address.
 */
import type { MetPerson } from '@tandem/protocol';
import {
  MAX_DIRECTORY_PEOPLE,
  type Directory,
  type DirectoryPerson,
} from '@tandem/protocol/directory';
import { sql, type SqlBool } from 'kysely';
import { containing } from './documents.ts';
import { foldedName, nameParts } from './folded-name.ts';
import { findMet, hasMet } from './people.ts';
import type { Database } from './tables.ts';
import { findUser } from './users.ts';

interface Searcher {
  readonly user: string;
  readonly directory: Directory;
}

/** Guests find nobody but people whom they have met. */
export async function directoryOf(db: Database, { user, directory }: Searcher): Promise<Directory> {
  if (directory !== 'accounts') return directory;
  const row = await findUser(db, user);
  return row?.registered_at == null || row.blocked_at !== null ? 'contacts' : 'accounts';
}

/** Those whom the person has met first. */
export async function searchDirectory(
  db: Database,
  { search, ...searcher }: Searcher & { readonly search: string },
): Promise<DirectoryPerson[]> {
  const { user } = searcher;
  const directory = await directoryOf(db, searcher);
  const parts = nameParts(search);
  if (directory === 'off' || parts.length === 0) return [];
  const met = await findMet(db, user, {
    isWanted(name) {
      const folded = foldedName(name);
      return parts.every((part) => folded.includes(part));
    },
    limit: MAX_DIRECTORY_PEOPLE,
  });
  const found = met.map(toDirectoryPerson);
  if (directory === 'contacts' || found.length === MAX_DIRECTORY_PEOPLE) return found;
  const known = new Set(met.map((person) => person.user.id));
  for (const account of await findAccounts(db, { user, parts }))
    if (found.length < MAX_DIRECTORY_PEOPLE && !known.has(account.id))
      found.push({ user: account, met: null });
  return found;
}

/** Whether the person may add the other one, whom they have chosen in the directory. */
export async function isInDirectory(
  db: Database,
  { other, ...searcher }: Searcher & { readonly other: string },
): Promise<boolean> {
  const directory = await directoryOf(db, searcher);
  if (directory === 'off') return false;
  if (directory === 'accounts') {
    const row = await findUser(db, other);
    if (row?.registered_at != null && row.blocked_at === null) return true;
  }
  return await hasMet(db, { user: searcher.user, other });
}

/** Twice as many as are shown: the person may have met half of them. */
async function findAccounts(
  db: Database,
  { user, parts }: { readonly user: string; readonly parts: readonly string[] },
) {
  let query = db
    .selectFrom('user')
    .select(['id', 'name', 'color'])
    .where('registered_at', 'is not', null)
    .where('blocked_at', 'is', null)
    .where('id', '<>', user);
  for (const part of parts)
    query = query.where(sql<SqlBool>`folded_name like ${containing(part)} escape '\\'`);
  return await query
    .orderBy('folded_name')
    .orderBy('id')
    .limit(2 * MAX_DIRECTORY_PEOPLE)
    .execute();
}

function toDirectoryPerson({ user, document, seenAt }: MetPerson): DirectoryPerson {
  return { user, met: { document, seenAt } };
}
