import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { postgresTerms } from '../../src/storage/search/postgres-terms.ts';
import { SearchIndex } from '../../src/storage/search/search-index.ts';
import { testBacklinks } from '../../src/storage/search/backlinks.contract.ts';
import { testSearch } from '../../src/storage/search/search.contract.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';

describe('search in Postgres', () => {
  const open = async () => {
    const url = await createDatabase(inject('postgres'));
    const db = await openPostgres(new Postgres({ url, connections: 2, name: 'test' }), {
      clock: systemClock,
    });
    onTestFinished(() => db.destroy());
    return { db, index: new SearchIndex(db, { terms: postgresTerms }) };
  };
  testSearch(open);
  testBacklinks(open);

  test('does not wait for the compilation of its queries', async () => {
    const url = await createDatabase(inject('postgres'));
    await using postgres = new Postgres({ url, connections: 3, name: 'test' });
    const answers = await Promise.all(
      [1, 2, 3].map(() => postgres.query<{ jit: string }>({ text: 'show jit' })),
    );
    expect(answers.map(({ rows }) => rows[0]?.jit)).toEqual(['off', 'off', 'off']);
  });
});
