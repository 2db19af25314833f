/**
 * A lock among the tabs of a browser, where the browser has none: a page that came by plain http. Transactions of
 * IndexedDB that write exclude each other over all tabs, so one of them takes the lease and the others see that.
 */
import { openDB, type DBSchema } from 'idb';
import type { Clock, Random } from '../environment.ts';

interface LeaseSchema extends DBSchema {
  lease: { key: string; value: { readonly holder: number; readonly until: number } };
}

const DATABASE = 'tandem-leases';
/** A database that does not open by then does not matter. */
const OPEN_TIMEOUT_MS = 3_000;
/** Of a tab that is gone, for as long as it may have asked the server. */
const LEASE_MS = 12_000;
const POLL_MS = 50;

/**
 * Waits until no other tab holds the lease of that name.
 *
 * @returns the way to give it back. Where nothing can be kept, it is given to everybody.
 */
export async function takeLease(
  name: string,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<() => Promise<void>> {
  try {
    const database = await withTimeout(
      openDB<LeaseSchema>(DATABASE, 1, {
        upgrade: (opened) => void opened.createObjectStore('lease'),
        // A person who signs out deletes it.
        blocking: (_, __, event) => (event.target as IDBDatabase).close(),
      }),
      clock,
    );
    const holder = random.next();
    for (;;) {
      const transaction = database.transaction('lease', 'readwrite');
      const held = await transaction.store.get(name);
      const now = clock.now();
      const isFree = held === undefined || held.until <= now || held.until > now + LEASE_MS;
      if (isFree) await transaction.store.put({ holder, until: now + LEASE_MS }, name);
      await transaction.done;
      if (isFree) break;
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, POLL_MS));
    }
    return async () => {
      const transaction = database.transaction('lease', 'readwrite');
      const held = await transaction.store.get(name);
      if (held?.holder === holder) await transaction.store.delete(name);
      await transaction.done;
      database.close();
    };
  } catch {
    return () => Promise.resolve();
  }
}

function withTimeout<T>(work: Promise<T>, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => reject(new Error('too late')), OPEN_TIMEOUT_MS);
    work.then(resolve, reject).finally(() => clock.clearTimeout(timer));
  });
}
