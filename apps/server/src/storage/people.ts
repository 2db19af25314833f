/**
 * Finds the people a user has met: those who share a document with the user, as its share dialog shows them.
 * The search reveals a name, a colour, one document that both see, and its last visit; nothing else.
 */
import { foldText, MAX_MET_PEOPLE, searchWords, type MetPerson } from '@tandem/protocol';
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { SHARING } from './limits.ts';
import { mayEnter, mayRead } from './access-conditions.ts';
import { NEVER_OPENED } from './visits.ts';
import type { Database } from './tables.ts';

export async function findMetPeople(
  db: Database,
  user: string,
  search: string,
): Promise<MetPerson[]> {
  const words = searchWords(search);
  return await findMet(db, user, {
    isWanted(name) {
      const folded = foldText(name);
      return words.every((word) => folded.includes(word));
    },
    limit: MAX_MET_PEOPLE,
  });
}

export async function findMet(
  db: Database,
  user: string,
  { isWanted, limit }: { readonly isWanted: (name: string) => boolean; readonly limit: number },
): Promise<MetPerson[]> {
  const people = new Map<string, MetPerson>();
  for (const { id, name, color, document, title, openedAt } of await meetings(db, user)
    .limit(SHARING.maxMetRows)
    .execute()) {
    if (people.size >= limit) break;
    if (people.has(id) || !isWanted(name)) continue;
    people.set(id, {
      user: { id, name, color },
      document: { id: document, title },
      seenAt: openedAt === null || openedAt === 0 ? null : openedAt,
    });
  }
  return [...people.values()];
}

export async function hasMet(
  db: Database,
  { user, other }: { readonly user: string; readonly other: string },
): Promise<boolean> {
  const meeting = await meetings(db, user).where('user.id', '=', other).limit(1).executeTakeFirst();
  return meeting !== undefined;
}

function meetings(db: Database, user: string) {
  return db
    .with('seen', (cte) =>
      cte
        .selectFrom('document')
        .select(['id', 'title', 'owner', 'link_access'])
        .where(mayRead(user, 'document'))
        .where(({ eb, or, selectFrom }) =>
          or([
            eb('owner', '=', user),
            eb('id', 'in', selectFrom('member').select('document').where('user', '=', user)),
            eb('id', 'in', selectFrom('visit').select('document').where('user', '=', user)),
          ]),
        )
        .orderBy('updated_at', 'desc')
        .limit(SHARING.maxMetDocuments),
    )
    .with('shared', (cte) =>
      cte
        .selectFrom('seen')
        .innerJoin('visit', 'visit.document', 'seen.id')
        .select(['seen.id as document', 'seen.title', 'visit.user as person'])
        .where('seen.link_access', '!=', 'off')
        .where('visit.opened_at', '>', NEVER_OPENED)
        .where(mayEnter(sql.ref('visit.user'), sql.ref('seen.id')) as RawBuilder<SqlBool>)
        .union(
          cte
            .selectFrom('seen')
            .innerJoin('member', 'member.document', 'seen.id')
            .leftJoin('visit', (join) =>
              join.onRef('visit.document', '=', 'seen.id').onRef('visit.user', '=', 'member.user'),
            )
            .select(['seen.id as document', 'seen.title', 'member.user as person'])
            // People who have a role by a group are met once they have opened the document (GR4).
            .where(({ or, eb }) =>
              or([eb('member.own_role', 'is not', null), eb('visit.opened_at', '>', NEVER_OPENED)]),
            ),
        )
        .union(
          cte
            .selectFrom('seen')
            .select(['seen.id as document', 'seen.title', 'seen.owner as person'])
            .where('seen.owner', 'is not', null)
            .$narrowType<{ person: string }>(),
        ),
    )
    .selectFrom('shared')
    .innerJoin('user', 'user.id', 'shared.person')
    .leftJoin('visit', (join) =>
      join
        .onRef('visit.document', '=', 'shared.document')
        .onRef('visit.user', '=', 'shared.person'),
    )
    .select(['user.id', 'user.name', 'user.color', 'shared.document', 'shared.title'])
    .select('visit.opened_at as openedAt')
    .where('user.id', '!=', user)
    .orderBy('visit.opened_at', (order) => order.desc().nullsLast())
    .orderBy('user.name')
    .orderBy('user.id');
}
