import { Authority } from '@tandem/sync';
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { StorageError } from '../storage/storage-error.ts';
import { COMPACTION, IDLE } from './limits.ts';
import { EngineFixture, fullDisk, textOf, Writer } from './testing/engine-fixture.ts';

afterEach(() => void vi.restoreAllMocks());

describe('opening', () => {
  test('a document that does not exist is refused and not created', async () => {
    const fixture = new EngineFixture();
    expect(await fixture.open('a', 1)).toMatchObject({
      kind: 'refused',
      error: { code: 'not-found' },
    });
    expect(await fixture.journal.load('a')).toBeNull();
  });

  test('several openers of a cold document cause one load', async () => {
    const fixture = new EngineFixture();
    await fixture.create('a');
    for (const subscription of [1, 2, 3])
      fixture.engine.request({ kind: 'open', document: 'a', subscription, user: 'ada' });
    await fixture.settle();
    expect(fixture.events('answered', 'a')).toHaveLength(3);
    expect(fixture.journal.loads).toEqual(['a']);
  });

  test('a subscription that closes during loading gets no answer', async () => {
    const fixture = new EngineFixture();
    await fixture.create('a');
    fixture.engine.request({ kind: 'open', document: 'a', subscription: 1, user: 'ada' });
    fixture.engine.request({ kind: 'close', document: 'a', subscription: 1 });
    await fixture.settle();
    expect(fixture.events('answered', 'a')).toEqual([]);
  });

  test('an answer contains committed rows only, and the next event begins where it ends', async () => {
    const fixture = new EngineFixture();
    await fixture.create('a');
    await fixture.open('a', 1);
    const writer = new Writer('a', 1);
    fixture.append(writer.write('one '));
    await fixture.settle();
    fixture.append(writer.write('two '));
    fixture.engine.request({ kind: 'open', document: 'a', subscription: 2, user: 'bob' });
    await fixture.settle();
    expect(textOf(fixture.answer(2))).toBe('one ');
    expect(fixture.answer(2)).toMatchObject({ offset: 1 });
    const after = fixture.notices.slice(
      fixture.notices.findIndex(
        (notice) => notice.kind === 'answered' && notice.subscription === 2,
      ),
    );
    expect(after).toMatchObject([{ kind: 'answered' }, { kind: 'committed', from: 1, to: 2 }]);
  });

  test('a storage failure refuses temporarily, and the next opener succeeds', async () => {
    const fixture = new EngineFixture();
    await fixture.create('a');
    fixture.journal.failLoad = new StorageError({
      message: 'disk I/O error',
      retryable: true,
      damaged: false,
    });
    expect(await fixture.open('a', 1)).toMatchObject({
      kind: 'refused',
      error: { code: 'storage-failed', temporary: true },
    });
    fixture.journal.failLoad = null;
    expect(await fixture.open('a', 2)).toMatchObject({ kind: 'opened' });
  });
});

describe('appending', () => {
  test('the updates of many documents in one turn are one commit and one message', async () => {
    const fixture = new EngineFixture();
    const documents = ['a', 'b', 'c'];
    for (const [i, document] of documents.entries()) {
      await fixture.create(document);
      await fixture.open(document, i + 1);
    }
    fixture.turns.length = 0;
    for (const [i, document] of documents.entries()) {
      const writer = new Writer(document, i + 1);
      fixture.append(writer.write('x'));
      fixture.append(writer.write('y'));
    }
    await fixture.settle();
    expect(fixture.journal.appends).toEqual([documents]);
    expect(fixture.turns).toHaveLength(1);
    expect(documents.map((_, i) => fixture.acknowledged(i + 1))).toEqual([2, 2, 2]);
  });

  test('an update from a subscription that is not open is ignored', async () => {
    const fixture = new EngineFixture();
    await fixture.create('a');
    await fixture.open('a', 1);
    fixture.append(new Writer('a', 99).write('ghost'));
    fixture.append(new Writer('b', 98).write('ghost'));
    await fixture.settle();
    expect(fixture.journal.appends).toEqual([]);
    expect(fixture.engine.stats().shards).toMatchObject([{ queuedBytes: 0 }]);
  });

  test('an update that a page cannot hold is refused and changes nothing', async () => {
    const fixture = new EngineFixture();
    await fixture.create('a', 'page');
    await fixture.open('a', 1);
    const doc = new Y.Doc();
    doc.getText('a root that pages do not have').insert(0, 'x');
    const update = Y.encodeStateAsUpdate(doc);
    fixture.append({ document: 'a', subscription: 1, cseq: 1, update });
    await fixture.settle();
    expect(fixture.events('refused', 'a')).toMatchObject([
      { subscription: 1, cseq: 1, error: { code: 'invalid-update' } },
    ]);
    expect(fixture.journal.appends).toEqual([]);
  });

  test('bytes that are no update are refused', async () => {
    const fixture = new EngineFixture();
    await fixture.create('a');
    await fixture.open('a', 1);
    fixture.append({ document: 'a', subscription: 1, cseq: 1, update: Uint8Array.of(1, 2, 3) });
    await fixture.settle();
    expect(fixture.events('refused', 'a')).toMatchObject([{ error: { code: 'invalid-update' } }]);
  });

  test('a deletion is committed; repeated, it is acknowledged without a row', async () => {
    const fixture = new EngineFixture();
    await fixture.create('a');
    await fixture.open('a', 1);
    const writer = new Writer('a', 1);
    fixture.append(writer.write('abc'));
    let deletion: Uint8Array = new Uint8Array();
    writer.doc.once('update', (bytes: Uint8Array) => (deletion = bytes));
    writer.doc.getText('text').delete(0, 3);
    fixture.append({ document: 'a', subscription: 1, cseq: 2, update: deletion });
    fixture.append({ document: 'a', subscription: 1, cseq: 3, update: deletion });
    await fixture.settle();
    expect(fixture.acknowledged(1)).toBe(3);
    expect((await fixture.journal.load('a'))?.rows).toHaveLength(2);
  });

  test('the Yjs client of the first content belongs to its author', async () => {
    const fixture = new EngineFixture();
    const author = new Writer('a', 1);
    const { update } = author.write('seed ');
    expect(
      await fixture.result(
        fixture.engine.create({ document: 'a', kind: 'data', user: 'ada', update }),
      ),
    ).toBe('created');
    expect(
      await fixture.result(
        fixture.engine.create({ document: 'a', kind: 'data', user: 'eve', update }),
      ),
    ).toBe('exists');
    expect(textOf(await fixture.open('a', 1, { user: 'eve' }))).toBe('seed ');
    fixture.append({ ...author.write('more'), user: 'eve' });
    await fixture.settle();
    expect(fixture.events('refused', 'a')).toMatchObject([{ error: { code: 'client-taken' } }]);
  });
});

describe('an open document without writes', () => {
  test('is evicted while it is open, and continues where it was', async () => {
    const rest = vi.spyOn(Authority.prototype, 'evict');
    const fixture = new EngineFixture();
    await fixture.create('a');
    await fixture.open('a', 1);
    const writer = new Writer('a', 1);
    fixture.append(writer.write('one '));
    await fixture.advance(IDLE.evictAfterMs - IDLE.sweepIntervalMs);
    expect(rest).not.toHaveBeenCalled();
    await fixture.advance(2 * IDLE.sweepIntervalMs);
    expect(rest).toHaveBeenCalled();
    expect(textOf(await fixture.open('a', 2))).toBe('one ');
    fixture.append(writer.write('two'));
    await fixture.settle();
    expect(textOf(await fixture.open('a', 3))).toBe('one two');
    expect(fixture.journal.loads).toEqual(['a']);
  });
});

describe('an unused document', () => {
  test('is unloaded after a while, and not before', async () => {
    const fixture = new EngineFixture();
    await fixture.create('a');
    await fixture.open('a', 1);
    await fixture.advance(2 * IDLE.unloadAfterMs);
    expect(fixture.engine.stats().shards).toMatchObject([{ documents: 1 }]);
    fixture.engine.request({ kind: 'close', document: 'a', subscription: 1 });
    await fixture.advance(IDLE.unloadAfterMs - 1_000);
    await fixture.open('a', 2);
    expect(fixture.journal.loads).toEqual(['a']);
    fixture.engine.request({ kind: 'close', document: 'a', subscription: 2 });
    await fixture.advance(IDLE.unloadAfterMs + IDLE.sweepIntervalMs);
    await fixture.open('a', 3);
    expect(fixture.journal.loads).toEqual(['a', 'a']);
  });

  test('stays while updates are uncommitted', async () => {
    const fixture = new EngineFixture();
    await fixture.create('a');
    await fixture.open('a', 1);
    fixture.journal.failAppend = () => fullDisk;
    fixture.append(new Writer('a', 1).write('precious'));
    fixture.engine.request({ kind: 'close', document: 'a', subscription: 1 });
    await fixture.advance(10 * IDLE.unloadAfterMs);
    fixture.journal.failAppend = null;
    await fixture.advance(IDLE.sweepIntervalMs);
    expect(textOf(await fixture.open('a', 2))).toBe('precious');
  });

  test('is compacted when it is unloaded with some rows', async () => {
    const fixture = new EngineFixture();
    await fixture.create('a');
    await fixture.open('a', 1);
    const writer = new Writer('a', 1);
    for (let i = 0; i <= COMPACTION.rowsAtUnload; i++) fixture.append(writer.write('x'));
    fixture.engine.request({ kind: 'close', document: 'a', subscription: 1 });
    await fixture.advance(IDLE.unloadAfterMs + IDLE.sweepIntervalMs);
    expect(await fixture.journal.load('a')).toMatchObject({
      snapshotOffset: COMPACTION.rowsAtUnload + 1,
      rows: [],
    });
  });
});

describe('compaction', () => {
  async function longDocument() {
    const fixture = new EngineFixture();
    await fixture.create('a');
    await fixture.open('a', 1);
    const writer = new Writer('a', 1);
    const writeRows = () => {
      for (let i = 0; i <= COMPACTION.rows; i++) fixture.append(writer.write('x'));
    };
    return { fixture, writer, writeRows };
  }

  test('happens automatically, and the next opener gets the snapshot', async () => {
    const { fixture, writer, writeRows } = await longDocument();
    writeRows();
    await fixture.settle();
    expect(fixture.engine.stats().compactions).toBe(1);
    expect(await fixture.journal.load('a')).toMatchObject({
      snapshotOffset: COMPACTION.rows + 1,
      rows: [],
    });
    fixture.append(writer.write('!'));
    await fixture.settle();
    const answer = await fixture.open('a', 2);
    expect(answer).toMatchObject({
      offset: COMPACTION.rows + 2,
      parts: [{ from: 0, to: COMPACTION.rows + 1 }, { from: COMPACTION.rows + 1 }],
    });
    expect(textOf(answer)).toBe(`${'x'.repeat(COMPACTION.rows + 1)}!`);
  });

  test('pauses between two compactions of a busy document', async () => {
    const { fixture, writer, writeRows } = await longDocument();
    for (let i = 0; i < 4; i++) {
      writeRows();
      await fixture.settle();
    }
    expect(fixture.engine.stats().compactions).toBe(1);
    await fixture.advance(COMPACTION.pauseMs);
    fixture.append(writer.write('!'));
    await fixture.settle();
    expect(fixture.engine.stats().compactions).toBe(2);
    expect(await fixture.journal.load('a')).toMatchObject({
      snapshotOffset: 4 * (COMPACTION.rows + 1) + 1,
    });
  });

  test('that fails is reported, changes nothing, and is not retried at once', async () => {
    const { fixture, writer, writeRows } = await longDocument();
    fixture.journal.compact = () => Promise.reject(fullDisk);
    writeRows();
    await fixture.settle();
    fixture.append(writer.write('!'));
    await fixture.settle();
    expect(fixture.notices.filter((notice) => notice.kind === 'error')).toMatchObject([
      { what: 'document not compacted', document: 'a' },
    ]);
    expect(await fixture.journal.load('a')).toMatchObject({ snapshotOffset: 0 });
    expect(fixture.acknowledged(1)).toBe(COMPACTION.rows + 2);
    expect(textOf(await fixture.open('a', 2))).toBe(`${'x'.repeat(COMPACTION.rows + 1)}!`);
  });
});

test('a cold document with very many rows is sent as a whole, and compacted', async () => {
  const fixture = new EngineFixture();
  await fixture.create('a');
  const writer = new Writer('a', 1);
  const { epoch } = (await fixture.journal.load('a'))!;
  const rows = Array.from({ length: COMPACTION.rowsAtLoad + 1 }, (_, i) => {
    const { update } = writer.write('x');
    return { offset: i + 1, update, user: 'ada', subscription: 1, cseq: i + 1, at: 0 };
  });
  await fixture.journal.append([
    { document: 'a', epoch, id: 'b', base: 0, tail: null, rows, owners: new Map(), bytes: 0 },
  ]);
  const answer = await fixture.open('a', 2);
  expect(answer).toMatchObject({
    base: 0,
    offset: rows.length,
    parts: [{ from: 0, to: rows.length, updates: [expect.anything()] }],
  });
  expect(textOf(answer)).toBe('x'.repeat(rows.length));
  expect(await fixture.journal.load('a')).toMatchObject({ snapshotOffset: rows.length, rows: [] });
});

describe('views', () => {
  test('show committed content, and wait for commits', async () => {
    const fixture = new EngineFixture();
    await fixture.create('a');
    await fixture.open('a', 1);
    fixture.journal.failAppend = () => fullDisk;
    fixture.append(new Writer('a', 1).write('hello'));
    await fixture.settle();
    let seen: unknown = 'nothing yet';
    void fixture.engine.view('a').then((view) => (seen = view));
    await fixture.settle();
    expect(seen).toBe('nothing yet');
    fixture.journal.failAppend = null;
    await fixture.advance(1_000);
    expect(seen).toMatchObject({ kind: 'data', excerpt: 'text (5)', parts: [], offset: 1 });
  });

  test('of a missing document are null', async () => {
    const fixture = new EngineFixture();
    expect(await fixture.result(fixture.engine.view('a'))).toBeNull();
  });
});

describe('deletion', () => {
  test('deletes a document that was only created', async () => {
    const fixture = new EngineFixture();
    await fixture.create('a');
    expect(await fixture.result(fixture.engine.delete('a', { maxHead: 0 }))).toBe('deleted');
    expect(await fixture.open('a', 1)).toMatchObject({ error: { code: 'not-found' } });
    expect(await fixture.result(fixture.engine.delete('a', { maxHead: 0 }))).toBe('deleted');
  });

  test('keeps a document with later work, and one that is open', async () => {
    const fixture = new EngineFixture();
    for (const document of ['written', 'open']) await fixture.create(document);
    await fixture.open('written', 1);
    fixture.append(new Writer('written', 1).write('work'));
    await fixture.settle();
    fixture.engine.request({ kind: 'close', document: 'written', subscription: 1 });
    await fixture.open('open', 2);
    for (const document of ['written', 'open'])
      expect(await fixture.result(fixture.engine.delete(document, { maxHead: 0 }))).toBe('kept');
    expect(textOf(await fixture.open('written', 3))).toBe('work');
  });

  test('deletes a document that is in memory without subscriptions', async () => {
    const fixture = new EngineFixture();
    await fixture.create('a');
    await fixture.open('a', 1);
    fixture.engine.request({ kind: 'close', document: 'a', subscription: 1 });
    expect(await fixture.result(fixture.engine.delete('a', { maxHead: 0 }))).toBe('deleted');
    expect(await fixture.open('a', 2)).toMatchObject({ error: { code: 'not-found' } });
  });
});

test('closing the engine commits all requests', async () => {
  const fixture = new EngineFixture();
  await fixture.create('a');
  await fixture.open('a', 1);
  fixture.append(new Writer('a', 1).write('final words'));
  await fixture.result(Promise.resolve(fixture.engine[Symbol.asyncDispose]()));
  expect(fixture.acknowledged(1)).toBe(1);
  const stored = await fixture.journal.load('a');
  const doc = new Y.Doc();
  for (const row of stored!.rows) Y.applyUpdate(doc, row.update);
  expect(doc.getText('text').toString()).toBe('final words');
});
