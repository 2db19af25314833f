/** Digests (DG1–DG8): how often a person is mailed, and the mark up to which their notifications were. */
import type { DigestFrequency } from '@tandem/protocol/accounts';
import { sql } from 'kysely';
import { EMAIL_ISSUER } from './identities.ts';
import type { Database } from './tables.ts';

export interface Digest {
  readonly frequency: DigestFrequency;
  /** The id of the last notification that was mailed, or was not to be; empty before the first. */
  readonly mark: string;
  /** Null before the first mail. */
  readonly sentAt: number | null;
}

const NONE_YET: Digest = { frequency: 'soon', mark: '', sentAt: null };

export async function readDigest(db: Database, user: string): Promise<Digest> {
  const row = await db.selectFrom('digest').selectAll().where('user', '=', user).executeTakeFirst();
  if (row === undefined) return NONE_YET;
  return { frequency: row.frequency, mark: row.mark, sentAt: row.sent_at };
}

/** Of these people, the addresses of those to whom a digest may be sent (DG2), by person. */
export async function findDigestAddresses(
  db: Database,
  users: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (users.length === 0) return new Map();
  const rows = await db
    .selectFrom('identity')
    .innerJoin('user', 'user.id', 'identity.user')
    .leftJoin('digest', 'digest.user', 'identity.user')
    .select(['identity.user', 'identity.subject'])
    .where('identity.user', 'in', users)
    .where('identity.issuer', '=', EMAIL_ISSUER)
    .where('identity.verified_at', 'is not', null)
    .where('user.blocked_at', 'is', null)
    .where(({ or, eb }) =>
      or([eb('digest.frequency', 'is', null), eb('digest.frequency', '<>', 'never')]),
    )
    .execute();
  return new Map(rows.map(({ user, subject }) => [user, subject]));
}

/** What a person was notified of while they wanted no mails is not mailed later (DG5). */
export async function chooseFrequency(
  db: Database,
  { user, frequency }: { readonly user: string; readonly frequency: DigestFrequency },
): Promise<void> {
  const newest = sql`coalesce((select max(id) from notification where "user" = ${user}), '')`;
  await db
    .insertInto('digest')
    .values({ user, frequency, mark: '' })
    .onConflict((conflict) =>
      conflict.column('user').doUpdateSet({
        frequency,
        // In the same statement: a job may move the mark meanwhile, on another connection.
        mark: sql<string>`case when digest.frequency = 'never' then ${newest} else digest.mark end`,
      }),
    )
    .execute();
}

export interface DigestMove {
  readonly user: string;
  readonly from: Pick<Digest, 'mark' | 'sentAt'>;
  readonly to: { readonly mark: string; readonly sentAt: number };
}

/**
 * Moves the mark before the mail is sent, so that nothing is sent twice. Of two nodes that try, one moves it.
 *
 * @returns false when somebody else has moved it, or its person wants no mails any more.
 */
export async function moveMark(db: Database, { user, from, to }: DigestMove): Promise<boolean> {
  await db
    .insertInto('digest')
    .values({ user, mark: '' })
    .onConflict((conflict) => conflict.column('user').doNothing())
    .execute();
  const { numUpdatedRows } = await db
    .updateTable('digest')
    .set({ mark: to.mark, sent_at: to.sentAt })
    .where('user', '=', user)
    .where('mark', '=', from.mark)
    .where('frequency', '<>', 'never')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** The mail was certainly not accepted. A mark that has moved on stays. */
export async function moveMarkBack(db: Database, { user, from, to }: DigestMove): Promise<void> {
  await db
    .updateTable('digest')
    .set({ mark: from.mark, sent_at: from.sentAt })
    .where('user', '=', user)
    .where('mark', '=', to.mark)
    .where('sent_at', '=', to.sentAt)
    .execute();
}
