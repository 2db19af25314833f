/**
 * Guests whose person has signed in to an account, until the person decides whether the account takes over what they
 * have (AC10). The guest's own row says it: it outlives every session, also one whose cookie never arrived.
 */
import { findGuestDocuments } from './guest-merge.ts';
import type { Database } from './tables.ts';

export async function offerGuest(
  db: Database,
  { guest, account }: { readonly guest: string; readonly account: string },
): Promise<void> {
  await db
    .updateTable('user')
    .set({ offered_to: account })
    .where('id', '=', guest)
    .where('merged_into', 'is', null)
    .where('registered_at', 'is', null)
    .execute();
}

/** @returns false when the guest was not offered to this account. */
export async function endOffer(
  db: Database,
  { guest, account }: { readonly guest: string; readonly account: string },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('user')
    .set({ offered_to: null })
    .where('id', '=', guest)
    .where('offered_to', '=', account)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function findOfferedGuests(db: Database, account: string): Promise<string[]> {
  const rows = await db
    .selectFrom('user')
    .select('id')
    .where('offered_to', '=', account)
    .where('merged_into', 'is', null)
    .where('registered_at', 'is', null)
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

export async function countOfferedDocuments(db: Database, account: string): Promise<number> {
  let count = 0;
  for (const guest of await findOfferedGuests(db, account))
    count += (await findGuestDocuments(db, guest)).length;
  return count;
}
