import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { temporaryDatabaseFile } from '../storage/testing/temporary-database.ts';
import { compactDocument } from './compactor.ts';
import type { Compaction, Journal } from '../storage/journal/journal.ts';
import { MemoryJournal } from '../storage/journal/memory-journal.ts';
import { SqliteJournal } from '../storage/sqlite/sqlite-journal.ts';
import { noWorkerProgress } from '../runtime/worker-progress.ts';

const compact = (journal: Journal) => compactDocument('a', { journal, progress: noWorkerProgress });

class Author {
  readonly doc = new Y.Doc();
  readonly #journal: Journal;
  #head = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  async change(change: (doc: Y.Doc) => void): Promise<void> {
    let update: Uint8Array | undefined;
    this.doc.once('update', (bytes: Uint8Array) => (update = bytes));
    this.doc.transact(() => change(this.doc));
    await this.append(update!);
  }

  async append(update: Uint8Array): Promise<void> {
    const row = { offset: this.#head + 1, update, user: 'ada', subscription: 1, cseq: 1, at: 0 };
    await this.#journal.append([
      {
        document: 'a',
        epoch: 'life',
        id: `batch-${this.#head + 1}`,
        tail: this.#head === 0 ? null : `batch-${this.#head}`,
        base: this.#head++,
        rows: [row],
        owners: new Map(),
        bytes: 1,
      },
    ]);
  }
}

async function written(journal: Journal): Promise<Author> {
  await journal.create({ document: 'a', epoch: 'life', kind: 'data' });
  const author = new Author(journal);
  for (let i = 0; i < 20; i++) await author.change((doc) => doc.getText('text').insert(i, 'x'));
  await author.change((doc) => doc.getMap('map').set('key', { nested: [1, 'two', null] }));
  await author.change((doc) => doc.getText('text').delete(5, 10));
  return author;
}

async function read(journal: Journal): Promise<Y.Doc> {
  const stored = (await journal.load('a'))!;
  const doc = new Y.Doc();
  if (stored.snapshot !== null) Y.applyUpdate(doc, stored.snapshot);
  for (const row of stored.rows) Y.applyUpdate(doc, row.update);
  return doc;
}

function expectSame(doc: Y.Doc, { doc: original }: Author): void {
  expect(doc.getText('text').toString()).toBe(original.getText('text').toString());
  expect(doc.getMap('map').toJSON()).toEqual(original.getMap('map').toJSON());
  expect(Y.encodeStateVector(doc)).toEqual(Y.encodeStateVector(original));
}

describe.each([
  ['memory', async () => new MemoryJournal()],
  ['SQLite', async () => SqliteJournal.open(await temporaryDatabaseFile())],
])('compaction in %s', (_, open) => {
  test('leaves the same document in one snapshot', async () => {
    await using journal = await open();
    const author = await written(journal);
    expect(await compact(journal)).toMatchObject({ kind: 'compacted', rows: 22 });
    expect(await journal.load('a')).toMatchObject({ snapshotOffset: 22, rows: [] });
    expectSame(await read(journal), author);
  });

  test('takes the snapshot before it along', async () => {
    await using journal = await open();
    const author = await written(journal);
    await compact(journal);
    await author.change((doc) => doc.getText('text').insert(0, 'more'));
    expect(await compact(journal)).toMatchObject({ kind: 'compacted', rows: 1 });
    expectSame(await read(journal), author);
  });

  test('of what has no rows, or does not exist, does nothing', async () => {
    await using journal = await open();
    expect(await compact(journal)).toEqual({ kind: 'unchanged' });
    await written(journal);
    await compact(journal);
    expect(await compact(journal)).toEqual({ kind: 'unchanged' });
  });

  test('keeps rows that come while it works', async () => {
    await using journal = await open();
    const author = await written(journal);
    const swap = journal.compact.bind(journal);
    journal.compact = async (compaction: Compaction) => {
      await author.change((doc) => doc.getText('text').insert(0, 'meanwhile'));
      return await swap(compaction);
    };
    expect(await compact(journal)).toMatchObject({ kind: 'compacted', rows: 22 });
    expect((await journal.load('a'))!.rows).toHaveLength(1);
    expectSame(await read(journal), author);
  });

  test('yields to another that was faster', async () => {
    await using journal = await open();
    const author = await written(journal);
    const swap = journal.compact.bind(journal);
    journal.compact = async (compaction: Compaction) => {
      await swap(compaction);
      return await swap(compaction);
    };
    expect(await compact(journal)).toEqual({ kind: 'unchanged' });
    expectSame(await read(journal), author);
  });

  test.each(['load', 'compact'] as const)('that ends at %s loses nothing', async (step) => {
    await using journal = await open();
    const author = await written(journal);
    const before = await journal.load('a');
    const works = { [step]: journal[step] };
    Object.assign(journal, { [step]: () => Promise.reject(new Error('the process ends here')) });
    expect(await compact(journal)).toEqual({ kind: 'failed', reason: 'the process ends here' });
    Object.assign(journal, works);
    expect(await journal.load('a')).toEqual(before);
    expectSame(await read(journal), author);
  });

  test.each([
    ['bytes that are no update', Uint8Array.of(9, 9, 9)],
    ['an update that refers to what is not there', updateWithoutItsPast()],
    // A zero-length GC: it applies, but the saved document does not load.
    ['an update that spoils the saved document', Uint8Array.of(1, 1, 1, 0, 0, 0, 0)],
  ])('of a document with %s fails and changes nothing', async (_name, update) => {
    await using journal = await open();
    const author = await written(journal);
    await author.append(update);
    const before = await journal.load('a');
    expect(await compact(journal)).toMatchObject({ kind: 'failed' });
    expect(await journal.load('a')).toEqual(before);
  });
});

function updateWithoutItsPast(): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('text').insert(0, 'past');
  const past = Y.encodeStateVector(doc);
  doc.getText('text').insert(4, 'present');
  return Y.encodeStateAsUpdate(doc, past);
}
