/**
 * A lock among tabs of a browser without Web Locks: a page served over plain http. IndexedDB write
 * transactions exclude each other over all tabs, so one tab takes the lease and the others see it.
 */
import type { DBSchema, IDBPDatabase } from 'idb';
import type { Clock, Random } from '../environment.ts';
import { answerWithin } from './answer-within.ts';
import { openDatabase, withHandledDone } from './indexeddb.ts';
import { LOCK_TIMEOUT_MS } from './tab-lock.ts';

interface LeaseSchema extends DBSchema {
  lease: { key: string; value: { readonly holder: number; readonly until: number } };
}

export const LEASES_DATABASE = 'tandem-leases';
const POLL_MS = 50;

/**
 * Waits until no other tab holds the lease of that name.
 *
 * @returns a function that releases the lease. Every tab gets the lease if there is no storage.
 */
export async function takeLease(
  name: string,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<() => Promise<void>> {
  try {
    const database = await answerWithin(openLeases, { clock, onLate: (late) => late.close() });
    const holder = random.next();
    while (
      !(await answerWithin(() => tryToTake(database, { name, holder, now: clock.now() }), {
        clock,
      }))
    )
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, POLL_MS));
    return async () => {
      await answerWithin(() => refund(database, { name, holder }), { clock }).catch(
        () => undefined,
      );
      database.close();
    };
  } catch {
    return () => Promise.resolve();
  }
}

function openLeases(): Promise<IDBPDatabase<LeaseSchema>> {
  return openDatabase<LeaseSchema>(LEASES_DATABASE, (created) => {
    created.createObjectStore('lease');
  });
}

async function tryToTake(
  database: IDBPDatabase<LeaseSchema>,
  { name, holder, now }: { readonly name: string; readonly holder: number; readonly now: number },
): Promise<boolean> {
  const transaction = withHandledDone(database.transaction('lease', 'readwrite'));
  const held = await transaction.store.get(name);
  const isFree = held === undefined || held.until <= now || held.until > now + LOCK_TIMEOUT_MS;
  if (isFree) await transaction.store.put({ holder, until: now + LOCK_TIMEOUT_MS }, name);
  await transaction.done;
  return isFree;
}

async function refund(
  database: IDBPDatabase<LeaseSchema>,
  { name, holder }: { readonly name: string; readonly holder: number },
): Promise<void> {
  const transaction = withHandledDone(database.transaction('lease', 'readwrite'));
  const held = await transaction.store.get(name);
  if (held?.holder === holder) await transaction.store.delete(name);
  await transaction.done;
}
