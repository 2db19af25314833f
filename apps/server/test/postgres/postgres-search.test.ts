import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { PoolClient } from 'pg';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { SEARCH } from '../../src/storage/limits.ts';
import { createDocument } from '../../src/storage/documents.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { postgresReader } from '../../src/storage/postgres/postgres-search-reader.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { postgresTerms } from '../../src/storage/search/postgres-terms.ts';
import { SearchIndex } from '../../src/storage/search/search-index.ts';
import { testBacklinks } from '../../src/storage/search/backlinks.contract.ts';
import { testSearch } from '../../src/storage/search/search.contract.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';

async function open({ limitMs, connections = 1 }: { limitMs?: number; connections?: number } = {}) {
  const url = await createDatabase(inject('postgres'));
  const db = await openPostgres(new Postgres({ url, connections: 2, name: 'test' }), {
    clock: systemClock,
  });
  const searching = new RecordingPostgres({ url, connections, name: 'test search' });
  const reader = postgresReader(searching, limitMs);
  const index = new SearchIndex(db, { terms: postgresTerms, reader });
  onTestFinished(async () => {
    await index[Symbol.asyncDispose]();
    await db.destroy();
  });
  const put = async (id: string, text: string) => {
    await createDocument(db, { id, kind: 'page', title: `Title ${id}`, owner: 'ada', at: 1 });
    const parts = { parts: [text], links: [], epoch: 'e1', offset: 1, at: 1 };
    await index.update([{ document: id, ...parts }]);
  };
  return { db, index, reader, searching, put };
}

describe('search in Postgres', () => {
  testSearch(() => open());
  testBacklinks(() => open());

  test('does not wait for the compilation of its queries', async () => {
    const url = await createDatabase(inject('postgres'));
    await using postgres = new Postgres({ url, connections: 3, name: 'test' });
    const answers = await Promise.all(
      [1, 2, 3].map(() => postgres.query<{ jit: string }>({ text: 'show jit' })),
    );
    expect(answers.map(({ rows }) => rows[0]?.jit)).toEqual(['off', 'off', 'off']);
  });

  test('SE11 is cancelled after its limit, and its connection goes on', async () => {
    const { db, index, reader, put } = await open({ limitMs: 1_000 });
    await put('tide', 'high water');
    const process = async () => {
      const { rows } = await reader.read((one) =>
        sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(one),
      );
      return rows[0]?.pid;
    };
    const before = await process();
    const search = () => index.search({ user: 'ada', search: 'water', limit: 5 });
    await db.transaction().execute(async (locked) => {
      await sql`lock table search_part in access exclusive mode`.execute(locked);
      await expect(search()).rejects.toMatchObject({ name: 'StorageError', isTooLong: true });
      const { rows } = await sql`select from pg_stat_activity
        where application_name = 'test search' and state = 'active'`.execute(locked);
      expect(rows).toEqual([]);
    });
    expect((await search()).results.map(({ document }) => document)).toEqual(['tide']);
    expect(await process()).toBe(before);
  });

  test('SE11 waits for its turn, leaves with its request, and is refused as one too many; links do not wait', async () => {
    const { db, index, put } = await open({ connections: 4 });
    await put('tide', 'high water');
    const gone = new AbortController();
    const search = (signal?: AbortSignal) =>
      index.search({ user: 'ada', search: 'water', limit: 5, signal });
    const waiting: Promise<unknown>[] = [];
    let aborted: Promise<unknown> | undefined;
    await db.transaction().execute(async (locked) => {
      await sql`lock table search_part in access exclusive mode`.execute(locked);
      for (let at = 0; at < SEARCH.maxAtOnce; at++) waiting.push(search());
      await nextTurn();
      for (let at = 1; at < SEARCH.maxWaiting; at++) waiting.push(search());
      aborted = search(gone.signal);
      await expect(search()).rejects.toMatchObject({ isTooLong: true });
      gone.abort(new Error('gone'));
      waiting.push(search());
      expect(await index.backlinks({ document: 'tide', user: 'ada', limit: 5, hosts: [] })).toEqual(
        [],
      );
    });
    await expect(aborted).rejects.toThrow('gone');
    const found = (await Promise.all(waiting)) as { readonly results: readonly unknown[] }[];
    expect(found.every(({ results }) => results.length === 1)).toBe(true);
  });

  test('SE12 reads along indexes and looks up matches by hashes, without statistics and afterwards', async () => {
    const { db, index, reader, searching, put } = await open();
    for (let at = 0; at < 30; at++) await put(`page-${at}`, `high water ${at} harbour`);
    const plansOf = async (search: string) => {
      searching.recorded.length = 0;
      expect((await index.search({ user: 'ada', search, limit: 50 })).results).toHaveLength(30);
      const plans: string[] = [];
      for (const { text, values } of [...searching.recorded])
        await reader.read(async (one) => {
          const query = {
            ...sql`explain`.compile(one),
            sql: `explain ${text}`,
            parameters: values,
          };
          const { rows } = await one.executeQuery<{ 'QUERY PLAN': string }>(query);
          plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
        });
      return plans;
    };
    const pending = await sql`select from pg_class
      where relname = 'search_part_terms' and 'fastupdate=off' = any(reloptions)`.execute(db);
    expect(pending.rows).toHaveLength(1);
    for (const isAnalyzed of [false, true]) {
      if (isAnalyzed) await sql`analyze`.execute(db);
      for (const search of ['high water ', 'hihg watr']) {
        const plans = await plansOf(search);
        expect(plans.join('\n')).not.toMatch(/Seq Scan|Hash Join|Merge Join/);
        expect(
          plans.at(-1)?.match(/hashed SubPlan \d+\)(?: IS TRUE|\.col)/g)?.length,
        ).toBeGreaterThan(3);
      }
    }
  });
});

/** With the queries that were run on its connections. */
class RecordingPostgres extends Postgres {
  readonly recorded: { readonly text: string; readonly values: readonly unknown[] }[] = [];

  override async connect(): Promise<PoolClient> {
    const client = await super.connect();
    return new Proxy(client, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        if (key !== 'query') return value.bind(target) as unknown;
        return (query: { readonly text: string; readonly values?: readonly unknown[] }) => {
          if (/^\s*(select|with)\b/.test(query.text))
            this.recorded.push({ text: query.text, values: query.values ?? [] });
          return target.query(query as never);
        };
      },
    });
  }
}
