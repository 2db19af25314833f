/** How many guests each address may become, on all nodes together: LI7 in `rate-limits/README.md`. */
import { sql } from 'kysely';
import { REQUEST_RATES } from '../../limits.ts';
import type { Database } from '../tables.ts';
import { NOW_MS } from './postgres-cluster.ts';

/** Addresses whose rate is full again, deleted with each guest. */
const DELETED_PER_GUEST = 10;

/**
 * Each guest moves `full_at`, when the rate of the address is full again, by the time of one guest.
 *
 * @returns false when the address has no guest left; then none is counted.
 * @throws StorageError
 */
export async function tryCountGuest(db: Database, address: string): Promise<boolean> {
  const { burst, perSecond } = REQUEST_RATES.guests;
  const guestMs = 1_000 / perSecond;
  const now = sql.raw(NOW_MS);
  const { rows } = await sql`
    with outdated as (
      delete from guest_rate where address in (
        select address from guest_rate where full_at < ${now} and address <> ${address}
        limit ${DELETED_PER_GUEST} for update skip locked
      )
    )
    insert into guest_rate as rate (address, full_at) values (${address}, ${now} + ${guestMs})
    on conflict (address) do update set full_at = greatest(rate.full_at, ${now}) + ${guestMs}
    where greatest(rate.full_at, ${now}) + ${guestMs} <= ${now} + ${burst * guestMs}
    returning full_at`.execute(db);
  return rows.length > 0;
}
