/** Requests to a database that does not answer, over connections that stay open. */
import { expect, inject, onTestFinished, test } from 'vitest';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { BOTH_WAYS } from '../link.ts';
import { PostgresLink } from './postgres-link.ts';

test('requests to a database that does not answer fail at once, and work when it answers again', async () => {
  const toPostgres = await PostgresLink.start(inject('postgres'));
  onTestFinished(() => toPostgres[Symbol.asyncDispose]());
  const url = toPostgres.through(await createDatabase(inject('postgres')));
  const postgres = new Postgres({ url, connections: 2, name: 'test' });
  onTestFinished(() => postgres[Symbol.asyncDispose]());
  const ask = async (): Promise<'answered' | 'failed'> => {
    const asked = postgres.query({ text: 'select 1' });
    return await asked.then(
      () => 'answered',
      () => 'failed',
    );
  };
  const askMany = () => Promise.all(Array.from({ length: 100 }, ask));
  expect(new Set(await askMany())).toEqual(new Set(['answered']));

  toPostgres.link.faults = { held: BOTH_WAYS };
  expect(new Set(await askMany())).toEqual(new Set(['failed']));
  const beganMs = performance.now();
  for (let i = 0; i < 10; i++) {
    const first = await Promise.race(Array.from({ length: 10 }, ask));
    expect(first).toBe('failed');
  }
  // Each would take seconds otherwise.
  expect(performance.now() - beganMs).toBeLessThan(2_000);

  toPostgres.link.faults = {};
  const resumedMs = performance.now();
  while ((await ask()) === 'failed') await new Promise((resolve) => setTimeout(resolve, 20));
  expect(performance.now() - resumedMs).toBeLessThan(10_000);
  expect(new Set(await askMany())).toEqual(new Set(['answered']));
});
