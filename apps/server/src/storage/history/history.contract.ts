/** The contract of every history, with the journal that writes it. Each adapter runs it from its own test. */
import { expect, test } from 'vitest';
import type { HistoryRow } from '@tandem/protocol';
import type { Batch } from '@tandem/sync';
import type { Journal } from '../journal/journal.ts';
import { compress, decompress, rowsOf, toChunks, toThinned } from './history-chunk.ts';
import type { HistoryStore } from './history-store.ts';

export interface HistoryFixture extends AsyncDisposable {
  readonly journal: Journal;
  readonly history: HistoryStore;
  /** Gives a row of the document `a` a name, as another process does. */
  name(offset: number): Promise<void>;
}

const EPOCH = 'life';
const rowAt = (offset: number, user = 'ada'): HistoryRow => ({
  offset,
  at: 1_000 + offset,
  user,
  update: Uint8Array.of(offset),
});

function batchOf(base: number, count: number): Batch {
  return {
    document: 'a',
    epoch: EPOCH,
    id: `up-to-${base + count}`,
    base,
    tail: base === 0 ? null : `up-to-${base}`,
    rows: Array.from({ length: count }, (_, i) => ({
      ...rowAt(base + 1 + i, i % 2 === 0 ? 'ada' : 'bob'),
      subscription: 1,
      cseq: base + 1 + i,
    })),
    owners: new Map(),
    bytes: count,
  };
}

async function compact(
  { journal }: HistoryFixture,
  { from, to, checkpoint = null }: { from: number; to: number; checkpoint?: Uint8Array | null },
): Promise<'compacted' | 'conflict'> {
  const { rows } = await journal.readForCompaction('a', to);
  const chunks = toChunks(rows, checkpoint);
  return await journal.compact({
    document: 'a',
    epoch: EPOCH,
    from,
    to,
    snapshot: Uint8Array.of(to),
    chunks,
  });
}

const everything = { after: 0, upTo: 1_000, limit: 100 };

export function testHistory(open: () => Promise<HistoryFixture>): void {
  test('a document that does not exist has no history', async () => {
    await using fixture = await open();
    const { history } = fixture;
    expect(await history.position('a')).toBeNull();
    expect(await history.summaries('a', { before: 9, limit: 9 })).toEqual([]);
    expect(await history.chunks('a', everything)).toEqual([]);
    expect(await history.headers('a')).toEqual([]);
    expect(await history.rows('a', everything)).toEqual([]);
    expect(await history.checkpoint('a', 9)).toBeNull();
  });

  test('rows that no compaction moved are read from the journal', async () => {
    await using fixture = await open();
    const { journal, history } = fixture;
    const seed = { update: Uint8Array.of(1), user: 'ada', at: 1_001, owners: new Map() };
    await journal.create({ document: 'a', epoch: EPOCH, kind: 'page', seed });
    await journal.append([{ ...batchOf(1, 3), tail: null }]);
    expect(await history.position('a')).toEqual({
      epoch: EPOCH,
      timeline: expect.any(String),
      kind: 'page',
      head: 4,
    });
    expect(await history.rows('a', { after: 1, upTo: 3 })).toEqual([rowAt(2), rowAt(3, 'bob')]);
    expect(await history.headers('a')).toMatchObject([
      { offset: 1, at: 1_001, user: 'ada' },
      { offset: 2, at: 1_002, user: 'ada' },
      { offset: 3, at: 1_003, user: 'bob' },
      { offset: 4, at: 1_004, user: 'ada' },
    ]);
  });

  test('HY1 a compaction moves its rows into chunks, and leaves the others', async () => {
    await using fixture = await open();
    const { journal, history } = fixture;
    await journal.create({ document: 'a', epoch: EPOCH, kind: 'data' });
    await journal.append([batchOf(0, 5)]);
    await journal.append([batchOf(5, 2)]);
    expect(await compact(fixture, { from: 0, to: 4 })).toBe('compacted');
    const chunks = await history.chunks('a', everything);
    expect(chunks.map(({ from, to }) => [from, to])).toEqual([[1, 4]]);
    expect(chunks.flatMap(rowsOf)).toEqual(
      [1, 2, 3, 4].map((n) => rowAt(n, n % 2 === 1 ? 'ada' : 'bob')),
    );
    expect((await history.rows('a', everything)).map(({ offset }) => offset)).toEqual([5, 6, 7]);
    expect(await compact(fixture, { from: 4, to: 7 })).toBe('compacted');
    const all = await history.chunks('a', everything);
    expect(all.flatMap(rowsOf).map(({ offset }) => offset)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await history.chunks('a', { after: 4, upTo: 5, limit: 9 })).toHaveLength(1);
    expect(await history.rows('a', everything)).toEqual([]);
    expect(await history.position('a')).toMatchObject({ head: 7 });
  });

  test('HY1 a compaction that changes nothing writes no chunk', async () => {
    await using fixture = await open();
    const { journal, history } = fixture;
    await journal.create({ document: 'a', epoch: EPOCH, kind: 'data' });
    await journal.append([batchOf(0, 4)]);
    await compact(fixture, { from: 0, to: 2 });
    expect(await compact(fixture, { from: 0, to: 4 })).toBe('conflict');
    expect(await history.chunks('a', everything)).toHaveLength(1);
    expect((await journal.readForCompaction('a', 4)).rows.map(({ offset }) => offset)).toEqual([
      3, 4,
    ]);
  });

  test('summaries are of the newest chunks before an offset', async () => {
    await using fixture = await open();
    const { journal, history } = fixture;
    await journal.create({ document: 'a', epoch: EPOCH, kind: 'data' });
    for (const base of [0, 2, 4]) {
      await journal.append([batchOf(base, 2)]);
      await compact(fixture, { from: base, to: base + 2 });
    }
    const all = await history.summaries('a', { before: 1_000, limit: 2 });
    expect(all.map(({ from, to }) => [from, to])).toEqual([
      [5, 6],
      [3, 4],
    ]);
    expect(all[0]!.sessions).toEqual([
      {
        from: 5,
        to: 6,
        startedAt: 1_005,
        endedAt: 1_006,
        authors: [
          { user: 'ada', changes: 1 },
          { user: 'bob', changes: 1 },
        ],
      },
    ]);
    expect((await history.summaries('a', { before: 3, limit: 2 })).map(({ to }) => to)).toEqual([
      2,
    ]);
  });

  test('the newest whole state up to an offset is a checkpoint or the snapshot', async () => {
    await using fixture = await open();
    const { journal, history } = fixture;
    await journal.create({ document: 'a', epoch: EPOCH, kind: 'data' });
    await journal.append([batchOf(0, 6)]);
    await compact(fixture, { from: 0, to: 2, checkpoint: Uint8Array.of(22) });
    await compact(fixture, { from: 2, to: 4 });
    expect((await journal.readForCompaction('a', 6)).sinceCheckpoint).toEqual({
      rows: 2,
      bytes: 2,
    });
    expect(await history.checkpoint('a', 1)).toBeNull();
    const old = await history.checkpoint('a', 3);
    expect(old).toEqual({
      offset: 2,
      state: new Uint8Array(compress(Uint8Array.of(22))),
      isCompressed: true,
    });
    expect(decompress(old!.state)).toEqual(Uint8Array.of(22));
    const snapshot = { offset: 4, state: Uint8Array.of(4), isCompressed: false };
    expect(await history.checkpoint('a', 4)).toEqual(snapshot);
    expect(await history.checkpoint('a', 6)).toEqual(snapshot);
  });

  test('HY12 a chunk that ended before a time is thinned once', async () => {
    await using fixture = await open();
    const { journal, history } = fixture;
    await journal.create({ document: 'a', epoch: EPOCH, kind: 'data' });
    for (const base of [0, 2, 4]) {
      await journal.append([batchOf(base, 2)]);
      await compact(fixture, { from: base, to: base + 2, checkpoint: Uint8Array.of(base) });
    }
    const due = (before: number, limit = 9) => history.unthinned('a', { before, limit });
    const placesOf = (chunks: Awaited<ReturnType<typeof due>>) => chunks.map(({ to }) => to);
    expect(placesOf(await due(1_002))).toEqual([]);
    expect(placesOf(await due(1_006))).toEqual([2, 4]);
    expect(placesOf(await due(1_006, 1))).toEqual([2]);
    const { data, bytes } = toThinned([rowAt(2)]);
    const chunk = { from: 1, to: 2, pinned: [] };
    await history.thin('a', { ...chunk, data, bytes, at: 9 });
    await history.thin('a', { ...chunk, data: Uint8Array.of(0), bytes: 0, at: 10 });
    expect(placesOf(await due(1_006))).toEqual([4]);
    const [first] = await history.chunks('a', everything);
    expect(rowsOf(first!)).toEqual([rowAt(2)]);
    expect(await history.checkpoint('a', 3)).toMatchObject({ offset: 2 });
    expect(await history.summaries('a', { before: 2, limit: 1 })).toMatchObject([
      { from: 1, to: 2, sessions: [{ from: 1, to: 2 }] },
    ]);
  });

  test('HY12 a row that got a name meanwhile stays a moment', async () => {
    await using fixture = await open();
    const { journal, history } = fixture;
    await journal.create({ document: 'a', epoch: EPOCH, kind: 'data' });
    await journal.append([batchOf(0, 4)]);
    await compact(fixture, { from: 0, to: 4 });
    const thinned = { from: 1, to: 4, ...toThinned([rowAt(3), rowAt(4)]), at: 9 };
    const due = () => history.unthinned('a', { before: 2_000, limit: 9 });
    await fixture.name(3);
    await history.thin('a', { ...thinned, pinned: [] });
    expect(await due()).toHaveLength(1);
    await history.thin('a', { ...thinned, pinned: [3] });
    expect(await due()).toEqual([]);
  });

  test('HY7 the history is deleted with its document', async () => {
    await using fixture = await open();
    const { journal, history } = fixture;
    await journal.create({ document: 'a', epoch: EPOCH, kind: 'data' });
    await journal.append([batchOf(0, 3)]);
    await compact(fixture, { from: 0, to: 2, checkpoint: Uint8Array.of(2) });
    expect(await journal.delete('a', { maxHead: 2 })).toBe('kept');
    expect(await history.chunks('a', everything)).toHaveLength(1);
    expect(await journal.delete('a', { maxHead: 3 })).toBe('deleted');
    expect(await history.position('a')).toBeNull();
    expect(await history.chunks('a', everything)).toEqual([]);
    expect(await history.checkpoint('a', 9)).toBeNull();
    await journal.create({ document: 'a', epoch: 'another', kind: 'data' });
    expect(await history.summaries('a', { before: 9, limit: 9 })).toEqual([]);
  });
}
