/** Conditions of queries that decide as `roles.ts` does: the contract of the tree compares them. */
import { sql, type RawBuilder } from 'kysely';

/** A condition of SQL: the document of this alias, which is not in the trash, exists for the user. */
export function mayRead(user: string | RawBuilder<unknown>, alias: string): RawBuilder<boolean> {
  const column = (name: string) => sql.ref(`${alias}.${name}`);
  const nearestLink = sql`select case when ${mayEnter(user, sql.ref('around.id'))} then around.link_access
      else 'off' end
    from document_ancestor as inside join document as around on around.id = inside.ancestor
    where inside.document = ${column('id')} and inside.inherits = 1
      and around.link_access is not null
    order by inside.depth limit 1`;
  return sql<boolean>`(${column('trashed_at')} is null and (
    ${column('owner')} = ${user}
    or (coalesce(${column('link_access')}, 'off') <> 'off' and ${mayEnter(user, column('id'))})
    or exists (select 1 from member
      where member.document = ${column('id')} and member."user" = ${user})
    or (${column('parent')} is not null and (
      exists (select 1 from document_ancestor as inside
          join document as around on around.id = inside.ancestor
        where inside.document = ${column('id')} and (around.owner = ${user} or (inside.inherits = 1
          and exists (select 1 from member
            where member.document = inside.ancestor and member."user" = ${user}))))
      or (${column('link_access')} is null and coalesce((${nearestLink}), 'off') <> 'off')))))`;
}

/** A condition of SQL: the user owns the document of this alias, or one around it. */
export function owns(user: string | RawBuilder<unknown>, alias: string): RawBuilder<boolean> {
  const column = (name: string) => sql.ref(`${alias}.${name}`);
  return sql<boolean>`(${column('owner')} = ${user}
    or exists (select 1 from document_ancestor as inside
        join document as around on around.id = inside.ancestor
      where inside.document = ${column('id')} and around.owner = ${user}))`;
}

/** A condition of SQL: the link of the document with this id has no password, or the user has entered it (PO12). */
export function mayEnter(
  user: string | RawBuilder<unknown>,
  document: RawBuilder<unknown>,
): RawBuilder<boolean> {
  return sql<boolean>`(not exists (select 1 from link_terms
      where link_terms.document = ${document} and link_terms.password is not null)
    or exists (select 1 from link_entry
      where link_entry.document = ${document} and link_entry."user" = ${user}))`;
}
