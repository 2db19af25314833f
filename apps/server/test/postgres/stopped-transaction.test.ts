/** A node that is cut off in the middle of a transaction holds what others wait for. */
import { once } from 'node:events';
import { expect, inject, onTestFinished, test } from 'vitest';
import { Postgres, runQuery } from '../../src/storage/postgres/postgres.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { PostgresLink } from './postgres-link.ts';

const LOCK = { text: 'select pg_advisory_xact_lock(1)' };

function open(url: string): Postgres {
  const postgres = new Postgres({ url, connections: 1, name: 'test' });
  onTestFinished(() => postgres[Symbol.asyncDispose]());
  return postgres;
}

test('its transaction ends before others give up waiting, and its commands are tried again', async () => {
  const url = await createDatabase(inject('postgres'));
  const toPostgres = await PostgresLink.start(inject('postgres'));
  onTestFinished(() => toPostgres[Symbol.asyncDispose]());
  const [stopped, other] = [open(toPostgres.through(url)), open(url)];
  const locked = new EventTarget();
  const isLocked = once(locked, 'locked');
  const ended = stopped
    .transaction(async (client) => {
      await runQuery(client, LOCK);
      toPostgres.link.faults = { held: ['to-server'] };
      locked.dispatchEvent(new Event('locked'));
      await runQuery(client, { text: 'select 1' });
    })
    .catch((error: unknown) => error);
  await isLocked;
  // It would fail after the time that nodes wait for a lock.
  await other.transaction(async (client) => void (await runQuery(client, LOCK)));
  const error = await ended;
  expect(error).toBeInstanceOf(StorageError);
  expect(error).toMatchObject({ retryable: true, isConnectionLost: true });
});
