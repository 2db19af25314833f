/**
 * Deletes abandoned guest accounts: no session, no document with work, no message. Every crawler that
 * finds the page, and every browser without cookies, leaves such an account with its welcome page.
 */
import { WELCOME_TITLE } from '@tandem/document/welcome';
import { ACCOUNTS } from './limits.ts';
import { inboxKey, libraryKey, trashKey } from './channel-key.ts';
import type { Database } from './tables.ts';

const WELCOME_PAGE_HEAD = 1;

interface IdRange {
  readonly after: string;
  readonly last: string;
}

export interface GuestDeletion {
  readonly after: string;
  readonly at: number;
  readonly deleteContent: (
    document: string,
    options: { readonly maxHead: number },
  ) => Promise<'deleted' | 'kept'>;
}

/**
 * Checks a batch of users and deletes the abandoned guests among them with their welcome pages. A guest who
 * opened another user's document stays, because the guest's words may be in it.
 *
 * A page's content goes before its metadata: after a crash in between, the next sweep finds the guest again.
 *
 * @returns the `after` of the next batch; null at the end.
 */
export async function deleteAbandonedGuests(
  db: Database,
  { after, at, deleteContent }: GuestDeletion,
): Promise<string | null> {
  const people = await db
    .selectFrom('user')
    .select('id')
    .where('id', '>', after)
    .orderBy('id')
    .limit(ACCOUNTS.guestsPerSweep)
    .execute();
  const last = people.at(-1)?.id;
  if (last === undefined) return null;
  const range = { after, last };
  const unwritten = new Set<string>();
  for (const guest of await findAbandoned(db, range, at))
    if (await deletePages(db, guest, deleteContent)) unwritten.add(guest);
  if (unwritten.size > 0) {
    await db.transaction().execute(async (transaction) => {
      const abandoned = await findAbandoned(transaction, range, at);
      const guests = abandoned.filter((guest) => unwritten.has(guest));
      if (guests.length > 0) await deleteMetadata(transaction, guests);
    });
  }
  return people.length < ACCOUNTS.guestsPerSweep ? null : last;
}

async function deletePages(
  db: Database,
  guest: string,
  deleteContent: GuestDeletion['deleteContent'],
): Promise<boolean> {
  const pages = await db.selectFrom('document').select('id').where('owner', '=', guest).execute();
  for (const { id } of pages)
    if ((await deleteContent(id, { maxHead: WELCOME_PAGE_HEAD })) === 'kept') return false;
  return true;
}

async function findAbandoned(
  db: Database,
  { after, last }: IdRange,
  at: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('user')
    .select('user.id')
    .where('user.id', '>', after)
    .where('user.id', '<=', last)
    .where('user.created_at', '<=', at - ACCOUNTS.guestGraceMs)
    // Texts still name a guest who became a part of an account.
    .where('user.merged_into', 'is', null)
    .where('user.registered_at', 'is', null)
    .where(({ not, or, exists, selectFrom }) => {
      const session = selectFrom('session')
        .select('session.id')
        .whereRef('session.user', '=', 'user.id')
        .where('session.expires_at', '>', at);
      const membership = selectFrom('member')
        .select('member.role')
        .whereRef('member.user', '=', 'user.id');
      const participation = selectFrom('participant')
        .select('participant.document')
        .whereRef('participant.user', '=', 'user.id');
      const visit = selectFrom('visit')
        .innerJoin('document', 'document.id', 'visit.document')
        .select('document.id')
        .whereRef('visit.user', '=', 'user.id')
        .where((eb) =>
          eb.or([eb('document.owner', 'is', null), eb('document.owner', '!=', eb.ref('user.id'))]),
        );
      const work = selectFrom('document')
        .select('document.id')
        .whereRef('document.owner', '=', 'user.id')
        .where((eb) =>
          eb.or([
            eb('document.title', '!=', WELCOME_TITLE),
            eb.exists(
              eb
                .selectFrom('visit as other')
                .select('other.user')
                .whereRef('other.document', '=', 'document.id')
                .whereRef('other.user', '!=', 'user.id'),
            ),
          ]),
        );
      return not(
        or([session, membership, participation, visit, work].map((trace) => exists(trace))),
      );
    })
    .execute();
  return rows.map(({ id }) => id);
}

async function deleteMetadata(db: Database, guests: readonly string[]): Promise<void> {
  const pages = db.selectFrom('document').select('id').where('owner', 'in', guests);
  for (const table of ['member', 'group_role', 'former_listing'] as const)
    await db.deleteFrom(table).where('document', 'in', pages).execute();
  await db.deleteFrom('document').where('owner', 'in', guests).execute();
  // Owners do not see requests of people who are gone, and so cannot answer them (PO9).
  await db
    .deleteFrom('notification')
    .where('kind', '=', 'request')
    .where('actor', 'in', guests)
    .where('document', 'in', (eb) =>
      eb.selectFrom('access_request').select('document').where('user', 'in', guests),
    )
    .execute();
  for (const table of [
    'visit',
    'former_listing',
    'session',
    'command',
    'notification',
    'access_request',
    'link_entry',
  ] as const)
    await db.deleteFrom(table).where('user', 'in', guests).execute();
  const channels = guests.flatMap((guest) => [libraryKey(guest), trashKey(guest), inboxKey(guest)]);
  await db.deleteFrom('event').where('channel', 'in', channels).execute();
  await db.deleteFrom('user').where('id', 'in', guests).execute();
}
