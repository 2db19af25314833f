/** The contract of every journal. Each adapter runs it from its own test. */
import { expect, test } from 'vitest';
import type { Batch } from '@tandem/sync';
import type { JournalInit, Journal } from './journal.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

const init = (document: string, extra: Partial<JournalInit> = {}): JournalInit => ({
  document,
  epoch: `life-of-${document}`,
  kind: 'data',
  ...extra,
});

function batch(
  document: string,
  base: number,
  updates: readonly Uint8Array[],
  extra: Partial<Batch> = {},
): Batch {
  return {
    document,
    epoch: `life-of-${document}`,
    id: idOf(base + updates.length),
    base,
    tail: base === 0 ? null : idOf(base),
    rows: updates.map((update, i) => ({
      offset: base + 1 + i,
      update,
      user: 'ada',
      subscription: 1,
      cseq: i + 1,
      at: 1_000,
    })),
    owners: new Map(),
    bytes: updates.reduce((sum, update) => sum + update.byteLength, 0),
    ...extra,
  };
}

const idOf = (offset: number) => `batch-up-to-${offset}`;

export function testJournal(open: () => Promise<Journal>): void {
  test('a document that was not created does not exist', async () => {
    await using journal = await open();
    expect(await journal.load('a')).toBeNull();
    expect(await journal.snapshot('a')).toBeNull();
    expect(await journal.append([batch('a', 0, [bytes(1)])])).toEqual(['conflict']);
    expect(await journal.load('a')).toBeNull();
  });

  test('a new document is empty, at offset 0', async () => {
    await using journal = await open();
    expect(await journal.create(init('a', { kind: 'page' }))).toBe('created');
    expect(await journal.load('a')).toEqual({
      document: 'a',
      epoch: 'life-of-a',
      timelines: { current: expect.any(String), earlier: [] },
      kind: 'page',
      snapshot: null,
      snapshotOffset: 0,
      rows: [],
      owners: new Map(),
      tail: null,
    });
  });

  test('a document is seeded once', async () => {
    await using journal = await open();
    const seed = { update: bytes(1), user: 'ada', at: 1, owners: new Map([[7, 'ada']]) };
    expect(await journal.create(init('a', { seed }))).toBe('created');
    const again = { update: bytes(2), user: 'bob', at: 2, owners: new Map([[8, 'bob']]) };
    expect(await journal.create(init('a', { epoch: 'another', seed: again }))).toBe('exists');
    expect(await journal.load('a')).toMatchObject({
      epoch: 'life-of-a',
      timelines: { current: expect.any(String), earlier: [] },
      rows: [{ offset: 1, update: bytes(1) }],
      owners: new Map([[7, 'ada']]),
    });
  });

  test('one append writes the rows of many documents', async () => {
    await using journal = await open();
    await journal.create(init('a'));
    await journal.create(init('b'));
    const batches = [batch('a', 0, [bytes(1), bytes(2)]), batch('b', 0, [bytes(3)])];
    expect(await journal.append(batches)).toEqual(['committed', 'committed']);
    expect(await journal.append([batch('a', 2, [bytes(4)])])).toEqual(['committed']);
    expect(await journal.load('a')).toMatchObject({
      rows: [
        { offset: 1, update: bytes(1) },
        { offset: 2, update: bytes(2) },
        { offset: 3, update: bytes(4) },
      ],
    });
    expect(await journal.load('b')).toMatchObject({ rows: [{ offset: 1, update: bytes(3) }] });
  });

  test('a batch behind or ahead of the head is not written, while the others are', async () => {
    await using journal = await open();
    for (const document of ['a', 'b', 'c']) await journal.create(init(document));
    await journal.append([batch('a', 0, [bytes(1)])]);
    const batches = [
      batch('a', 0, [bytes(9)], { id: 'another', owners: new Map([[9, 'eve']]) }),
      batch('b', 0, [bytes(2)]),
      batch('c', 1, [bytes(9)]),
    ];
    expect(await journal.append(batches)).toEqual(['conflict', 'committed', 'conflict']);
    expect(await journal.load('a')).toMatchObject({
      rows: [{ offset: 1, update: bytes(1) }],
      owners: new Map(),
    });
    expect(await journal.load('b')).toMatchObject({ rows: [{ offset: 1, update: bytes(2) }] });
    expect(await journal.load('c')).toMatchObject({ rows: [] });
  });

  test('a batch of another epoch is not written', async () => {
    await using journal = await open();
    await journal.create(init('a'));
    expect(await journal.append([batch('a', 0, [bytes(1)], { epoch: 'another' })])).toEqual([
      'conflict',
    ]);
    expect(await journal.load('a')).toMatchObject({ rows: [] });
  });

  test('a client id keeps its first owner', async () => {
    await using journal = await open();
    await journal.create(init('a'));
    await journal.append([
      batch('a', 0, [bytes(1)], {
        owners: new Map([
          [7, 'ada'],
          [0xffffffff, 'bob'],
        ]),
      }),
    ]);
    await journal.append([batch('a', 1, [bytes(1)], { owners: new Map([[7, 'eve']]) })]);
    expect((await journal.load('a'))?.owners).toEqual(
      new Map([
        [7, 'ada'],
        [0xffffffff, 'bob'],
      ]),
    );
  });

  test('a compaction replaces the rows it covers, and no others', async () => {
    await using journal = await open();
    await journal.create(init('a'));
    await journal.append([batch('a', 0, [bytes(1), bytes(2), bytes(3)])]);
    const compaction = {
      document: 'a',
      epoch: 'life-of-a',
      from: 0,
      to: 2,
      snapshot: bytes(12),
      chunks: [],
    };
    expect(await journal.compact(compaction)).toBe('compacted');
    expect(await journal.load('a')).toMatchObject({
      snapshot: bytes(12),
      snapshotOffset: 2,
      rows: [{ offset: 3, update: bytes(3) }],
    });
    expect(await journal.snapshot('a')).toEqual({
      epoch: 'life-of-a',
      snapshot: bytes(12),
      snapshotOffset: 2,
    });
    expect(await journal.append([batch('a', 3, [bytes(4)])])).toEqual(['committed']);
  });

  test('a compaction that is late, of another epoch or ahead of the head changes nothing', async () => {
    await using journal = await open();
    await journal.create(init('a'));
    await journal.append([batch('a', 0, [bytes(1), bytes(2)])]);
    const compaction = {
      document: 'a',
      epoch: 'life-of-a',
      from: 0,
      to: 1,
      snapshot: bytes(1),
      chunks: [],
    };
    await journal.compact(compaction);
    const before = await journal.load('a');
    expect(await journal.compact({ ...compaction, to: 2 })).toBe('conflict');
    expect(await journal.compact({ ...compaction, from: 1, to: 2, epoch: 'another' })).toBe(
      'conflict',
    );
    expect(await journal.compact({ ...compaction, from: 1, to: 3 })).toBe('conflict');
    expect(await journal.compact({ ...compaction, document: 'b' })).toBe('conflict');
    expect(await journal.load('a')).toEqual(before);
  });

  test('a document that nobody has written to is deleted, with everything it had', async () => {
    await using journal = await open();
    const seed = { update: bytes(1), user: 'ada', at: 1, owners: new Map([[7, 'ada']]) };
    await journal.create(init('a', { seed }));
    await journal.create(init('b', { seed }));
    expect(await journal.delete('a', { maxHead: 1 })).toBe('deleted');
    expect(await journal.load('a')).toBeNull();
    expect(await journal.load('b')).toMatchObject({ rows: [{ offset: 1 }] });
    expect(await journal.create(init('a', { epoch: 'another' }))).toBe('created');
    expect(await journal.load('a')).toMatchObject({ rows: [], owners: new Map() });
  });

  test('a document that does not exist counts as deleted', async () => {
    await using journal = await open();
    expect(await journal.delete('a', { maxHead: 0 })).toBe('deleted');
  });

  test('a document with later work is not deleted', async () => {
    await using journal = await open();
    await journal.create(init('a'));
    await journal.append([batch('a', 0, [bytes(1), bytes(2)])]);
    const before = await journal.load('a');
    expect(await journal.delete('a', { maxHead: 1 })).toBe('kept');
    expect(await journal.load('a')).toEqual(before);
  });

  test('a loaded document does not change afterwards', async () => {
    await using journal = await open();
    await journal.create(init('a'));
    const loaded = await journal.load('a');
    await journal.append([batch('a', 0, [bytes(1)])]);
    expect(loaded).toMatchObject({ rows: [] });
  });
}

/** For journals that several processes write. */
export function testSharedJournal(open: () => Promise<Journal>): void {
  test('a batch that follows another batch than the last is not written', async () => {
    await using journal = await open();
    await journal.create(init('a'));
    await journal.append([batch('a', 0, [bytes(1)])]);
    expect(await journal.append([batch('a', 1, [bytes(9)], { tail: 'lost' })])).toEqual([
      'conflict',
    ]);
    expect(await journal.append([batch('a', 1, [bytes(9)], { tail: null })])).toEqual(['conflict']);
    expect(await journal.append([batch('a', 1, [bytes(2)])])).toEqual(['committed']);
    expect(await journal.load('a')).toMatchObject({
      tail: 'batch-up-to-2',
      rows: [
        { offset: 1, update: bytes(1) },
        { offset: 2, update: bytes(2) },
      ],
    });
  });

  test('a batch is written once, also when it comes again after later ones', async () => {
    await using journal = await open();
    await journal.create(init('a'));
    await journal.create(init('b'));
    const first = batch('a', 0, [bytes(1), bytes(2)], { owners: new Map([[7, 'ada']]) });
    expect(await journal.append([first])).toEqual(['committed']);
    expect(await journal.append([first, batch('b', 0, [bytes(5)])])).toEqual([
      'committed',
      'committed',
    ]);
    await journal.append([batch('a', 2, [bytes(3)])]);
    expect(await journal.append([first])).toEqual(['committed']);
    expect(await journal.load('a')).toMatchObject({
      tail: 'batch-up-to-3',
      rows: [{ offset: 1 }, { offset: 2 }, { offset: 3 }],
      owners: new Map([[7, 'ada']]),
    });
  });

  test('nothing is later in a document that no batch was appended to', async () => {
    await using journal = await open();
    const seed = { update: bytes(1), user: 'ada', at: 1, owners: new Map([[7, 'ada']]) };
    await journal.create(init('a', { seed }));
    const position = { epoch: 'life-of-a', offset: 1, tail: null };
    const nothing = { base: 1, rows: [], tail: null };
    expect(await journal.readLater('a', position)).toMatchObject(nothing);
    expect(await journal.readLater('a', { ...position, tail: 'lost' })).toBeNull();
    expect(await journal.readLater('a', { ...position, offset: 2 })).toBeNull();
  });

  test('later rows are those after a position, with their owners', async () => {
    await using journal = await open();
    await journal.create(init('a'));
    await journal.append([batch('a', 0, [bytes(1), bytes(2)], { owners: new Map([[7, 'ada']]) })]);
    await journal.append([batch('a', 2, [bytes(3)], { owners: new Map([[8, 'ada']]) })]);
    const epoch = 'life-of-a';
    const all = {
      tail: 'batch-up-to-3',
      owners: new Map([
        [7, 'ada'],
        [8, 'ada'],
      ]),
    };
    const row = (offset: number) => ({ offset, update: bytes(offset), user: 'ada' });
    expect(await journal.readLater('a', { epoch, offset: 0, tail: null })).toEqual({
      ...all,
      base: 0,
      rows: [row(1), row(2), row(3)],
    });
    expect(await journal.readLater('a', { epoch, offset: 2, tail: 'batch-up-to-2' })).toEqual({
      ...all,
      base: 2,
      rows: [row(3)],
    });
    expect(await journal.readLater('a', { epoch, offset: 3, tail: 'batch-up-to-3' })).toEqual({
      ...all,
      base: 3,
      rows: [],
    });
  });

  test('there are no later rows after a position that is not of this journal', async () => {
    await using journal = await open();
    await journal.create(init('a'));
    for (const offset of [0, 1, 2]) await journal.append([batch('a', offset, [bytes(offset + 1)])]);
    const position = { epoch: 'life-of-a', offset: 2, tail: 'batch-up-to-2' };
    for (const other of [
      { ...position, epoch: 'another' },
      { ...position, tail: 'lost' },
      { ...position, offset: 4, tail: 'batch-up-to-4' },
      { ...position, offset: 3, tail: 'lost' },
    ])
      expect(await journal.readLater('a', other)).toBeNull();
    expect(await journal.readLater('b', position)).toBeNull();
    const compaction = {
      document: 'a',
      epoch: 'life-of-a',
      from: 0,
      to: 3,
      snapshot: bytes(1),
      chunks: [],
    };
    await journal.compact(compaction);
    expect(await journal.readLater('a', position)).toBeNull();
    expect(
      await journal.readLater('a', { ...position, offset: 3, tail: 'batch-up-to-3' }),
    ).toMatchObject({ rows: [] });
  });

  test('who is exactly at a snapshot reads the rows after it', async () => {
    await using journal = await open();
    await journal.create(init('a'));
    for (const offset of [0, 1, 2]) await journal.append([batch('a', offset, [bytes(offset + 1)])]);
    const epoch = 'life-of-a';
    await journal.compact({ document: 'a', epoch, from: 0, to: 2, snapshot: bytes(1), chunks: [] });
    const position = { epoch, offset: 2, tail: 'batch-up-to-2' };
    expect(await journal.readLater('a', position)).toMatchObject({
      base: 2,
      rows: [{ offset: 3, update: bytes(3) }],
      tail: 'batch-up-to-3',
    });
    expect(await journal.readLater('a', { ...position, tail: 'lost' })).toBeNull();
  });

  test('the batch after a compaction follows the last one', async () => {
    await using journal = await open();
    await journal.create(init('a'));
    await journal.append([batch('a', 0, [bytes(1), bytes(2)])]);
    const compaction = {
      document: 'a',
      epoch: 'life-of-a',
      from: 0,
      to: 2,
      snapshot: bytes(1),
      chunks: [],
    };
    await journal.compact(compaction);
    expect(await journal.load('a')).toMatchObject({ tail: 'batch-up-to-2', rows: [] });
    expect(await journal.append([batch('a', 2, [bytes(3)], { tail: 'lost' })])).toEqual([
      'conflict',
    ]);
    expect(await journal.append([batch('a', 2, [bytes(3)])])).toEqual(['committed']);
  });
}
