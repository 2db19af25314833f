/**
 * Guests of whom nothing is left: no session, no work, no word. Every robot that finds the page, and every
 * browser without cookies, leaves one behind, with the page that welcomed them.
 */
import { WELCOME_TITLE } from '@tandem/document/welcome';
import { libraryKey } from './channel-key.ts';
import { ACCOUNTS } from '../limits.ts';
import type { Database } from './tables.ts';

/** People by their ids: those beyond `after`, up to `last`. */
interface Stretch {
  readonly after: string;
  readonly last: string;
}

/**
 * Looks at `ACCOUNTS.guestsPerSweep` people after one, and forgets those of whom nothing is left, with their
 * welcome page. Whoever has opened another's document stays: their words may be in it.
 *
 * @returns where to go on; null at the end.
 */
export async function forgetGuests(
  db: Database,
  { after, at }: { readonly after: string; readonly at: number },
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
  const stretch = { after, last };
  if ((await findForgotten(db, stretch, at)).length > 0) {
    await db.transaction().execute(async (transaction) => {
      const guests = await findForgotten(transaction, stretch, at);
      if (guests.length > 0) await remove(transaction, guests);
    });
  }
  return people.length < ACCOUNTS.guestsPerSweep ? null : last;
}

async function findForgotten(
  db: Database,
  { after, last }: Stretch,
  at: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('user')
    .select('user.id')
    .where('user.id', '>', after)
    .where('user.id', '<=', last)
    .where('user.created_at', '<=', at - ACCOUNTS.guestGraceMs)
    .where(({ not, or, exists, selectFrom }) => {
      const session = selectFrom('session')
        .select('session.id')
        .whereRef('session.user', '=', 'user.id')
        .where('session.expires_at', '>', at);
      const membership = selectFrom('member')
        .select('member.role')
        .whereRef('member.user', '=', 'user.id');
      const message = selectFrom('chat_message')
        .select('chat_message.id')
        .whereRef('chat_message.author', '=', 'user.id');
      const reaction = selectFrom('chat_reaction')
        .select('chat_reaction.emoji')
        .whereRef('chat_reaction.user', '=', 'user.id');
      const visit = selectFrom('visit')
        .innerJoin('document', 'document.id', 'visit.document')
        .select('document.id')
        .whereRef('visit.user', '=', 'user.id')
        .where((eb) =>
          eb.or([eb('document.owner', 'is', null), eb('document.owner', '!=', eb.ref('user.id'))]),
        );
      const work = selectFrom('document')
        .leftJoin('journal', 'journal.document', 'document.id')
        .select('document.id')
        .whereRef('document.owner', '=', 'user.id')
        .where((eb) =>
          eb.or([
            eb('document.title', '!=', WELCOME_TITLE),
            // The first row is the page as it was given.
            eb('journal.head', '>', 1),
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
        or([session, membership, message, reaction, visit, work].map((left) => exists(left))),
      );
    })
    .execute();
  return rows.map(({ id }) => id);
}

async function remove(db: Database, guests: readonly string[]): Promise<void> {
  const pages = db.selectFrom('document').select('id').where('owner', 'in', guests);
  for (const table of ['journal', 'snapshot', 'update', 'client', 'member'] as const)
    await db.deleteFrom(table).where('document', 'in', pages).execute();
  await db.deleteFrom('document').where('owner', 'in', guests).execute();
  for (const table of ['visit', 'session', 'command'] as const)
    await db.deleteFrom(table).where('user', 'in', guests).execute();
  const libraries = guests.map(libraryKey);
  await db.deleteFrom('event').where('channel', 'in', libraries).execute();
  await db.deleteFrom('channel').where('key', 'in', libraries).execute();
  await db.deleteFrom('user').where('id', 'in', guests).execute();
}
