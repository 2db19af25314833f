import { describe, expect, onTestFinished, test } from 'vitest';
import { SeededRandom } from '@tandem/testkit';
import type { Batch } from '@tandem/sync';
import { MemoryJournal } from '../journal/memory-journal.ts';
import type { Journal } from '../journal/journal.ts';
import { temporaryDatabaseFile } from '../testing/temporary-database.ts';
import { RowSettler } from './row-settler.ts';
import { openSqlite } from './sqlite.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { noLock } from './write-lock.ts';

const MANY = { maxRows: 10, maxBytes: 10_000 };
const nextTurn = async () => {};

function batch(document: string, epoch: string, base: number, sizes: readonly number[]): Batch {
  return {
    document,
    epoch,
    id: `batch-${base}`,
    base,
    tail: null,
    rows: sizes.map((size, at) => ({
      offset: base + 1 + at,
      update: new Uint8Array(size).fill(base + 1 + at),
      user: 'ada',
      subscription: 1,
      cseq: 1,
      at: 1,
    })),
    owners: new Map(),
    bytes: 0,
  };
}

async function fixture(limits = MANY) {
  const path = await temporaryDatabaseFile();
  const sqlite = openSqlite(path);
  const settler = new RowSettler(path, noLock, limits);
  onTestFinished(() => {
    settler[Symbol.dispose]();
    sqlite.close();
  });
  const count = (table: string) =>
    (sqlite.prepare(`SELECT count(*) AS rows FROM ${table}`).get() as { rows: number }).rows;
  return {
    path,
    settle: () => settler.settleIfDue(nextTurn),
    recentRows: () => count('recent'),
    settledRows: () => count('"update"'),
  };
}

describe('settling rows', () => {
  test('leaves rows where they are up to the limit of rows, and of bytes', async () => {
    for (const sizes of [Array<number>(MANY.maxRows).fill(1), [MANY.maxBytes - 1]]) {
      const { path, settle, recentRows } = await fixture();
      await using journal = SqliteJournal.open(path);
      await journal.create({ document: 'a', epoch: 'life', kind: 'data' });
      await journal.append([batch('a', 'life', 0, sizes)]);
      await settle();
      expect(recentRows()).toBe(sizes.length);
      await journal.append([batch('a', 'life', sizes.length, [1])]);
      await settle();
      expect(recentRows()).toBe(1);
    }
  });

  test('moves many rows, or large ones, to their documents', async () => {
    for (const sizes of [Array<number>(20).fill(1), [6_000, 6_000]]) {
      const { path, settle, recentRows, settledRows } = await fixture();
      await using journal = SqliteJournal.open(path);
      await journal.create({ document: 'a', epoch: 'life', kind: 'data' });
      await journal.append([batch('a', 'life', 0, sizes)]);
      const before = await journal.load('a');
      await settle();
      expect([recentRows(), settledRows()]).toEqual([1, sizes.length]);
      expect(await journal.load('a')).toEqual(before);
      await using later = SqliteJournal.open(path);
      expect(await later.load('a')).toEqual(before);
      expect(await later.append([batch('a', 'life', sizes.length, [1])])).toEqual(['committed']);
      expect((await journal.load('a'))?.rows).toHaveLength(sizes.length + 1);
    }
  });

  test('does not move rows that a snapshot covers', async () => {
    const { path, settle, recentRows, settledRows } = await fixture();
    await using journal = SqliteJournal.open(path);
    await journal.create({ document: 'a', epoch: 'life', kind: 'data' });
    await journal.append([batch('a', 'life', 0, Array<number>(20).fill(1))]);
    const snapshot = Uint8Array.of(7);
    await journal.compact({ document: 'a', epoch: 'life', from: 0, to: 18, snapshot, chunks: [] });
    await settle();
    expect([recentRows(), settledRows()]).toEqual([1, 2]);
    expect(await journal.load('a')).toMatchObject({
      snapshotOffset: 18,
      rows: [{ offset: 19 }, { offset: 20 }],
    });
  });
});

/** Two connections, the settler and restarts in a random order, against the journal in memory. */
test.each(Array.from({ length: 15 }, (_, seed) => seed))(
  'any order of work leaves what the journal in memory has, seed %i',
  async (seed) => {
    const random = new SeededRandom(seed);
    const { path, settle } = await fixture({ maxRows: random.int(1, 30), maxBytes: 5_000 });
    const documents = ['a', 'b', 'c', 'd'];
    const model = new MemoryJournal();
    let connections: SqliteJournal[] = [SqliteJournal.open(path), SqliteJournal.open(path)];
    const both = async <T>(run: (journal: Journal) => Promise<T>): Promise<void> => {
      const connection = connections[random.int(0, 1)]!;
      expect(await run(connection)).toEqual(await run(model));
    };
    for (let step = 0; step < 150; step++) {
      const document = documents[random.int(0, documents.length - 1)]!;
      const stored = await model.load(document);
      const epoch = stored?.epoch ?? 'none';
      const head = stored === null ? 0 : stored.snapshotOffset + stored.rows.length;
      switch (random.int(0, 9)) {
        case 0: {
          const update = Uint8Array.of(step);
          const seedRow = { update, user: 'ada', at: 1, owners: new Map([[step, 'ada']]) };
          const first = random.next() < 0.5 ? seedRow : undefined;
          await both((journal) =>
            journal.create({ document, epoch: `life-${step}`, kind: 'data', seed: first }),
          );
          break;
        }
        case 1: {
          const maxHead = head - (random.next() < 0.8 ? 1 : 0);
          await both((journal) => journal.delete(document, { maxHead }));
          break;
        }
        case 2: {
          const from = stored?.snapshotOffset ?? 0;
          const to = random.int(from, head + (random.next() < 0.1 ? 1 : 0));
          const snapshot = Uint8Array.of(step, to);
          await both((journal) =>
            journal.compact({ document, epoch, from, to, snapshot, chunks: [] }),
          );
          break;
        }
        case 3:
          await settle();
          break;
        case 4:
          for (const connection of connections) await connection[Symbol.asyncDispose]();
          connections = [SqliteJournal.open(path), SqliteJournal.open(path)];
          break;
        default: {
          const base = random.next() < 0.05 ? head + 1 : head;
          const sizes = Array.from({ length: random.int(1, 4) }, () => random.int(1, 50));
          const next = batch(document, epoch, base, sizes);
          const ids = { id: `batch-${step}`, tail: stored?.tail ?? null };
          await both((journal) => journal.append([{ ...next, ...ids }]));
        }
      }
      for (const connection of connections) {
        const ours = await connection.load(document);
        const expected = await model.load(document);
        const timelines = ours?.timelines;
        expect(ours).toEqual(expected === null ? null : { ...expected, timelines, tail: null });
      }
    }
    for (const connection of connections) await connection[Symbol.asyncDispose]();
  },
);
