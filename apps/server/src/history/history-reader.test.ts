import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Position } from '@tandem/sync';
import { decodeHistoryRows } from '@tandem/protocol';
import { ulid } from 'ulid';
import * as Y from 'yjs';
import { compactDocument } from '../engine/compactor.ts';
import { systemClock } from '../runtime/clock.ts';
import { noWorkerProgress } from '../runtime/worker-progress.ts';
import { SqliteHistory } from '../storage/sqlite/sqlite-history.ts';
import { SqliteJournal } from '../storage/sqlite/sqlite-journal.ts';
import { temporaryDatabaseFile } from '../storage/testing/temporary-database.ts';
import { HistoryReader } from './history-reader.ts';
import { HISTORY } from '../storage/history/limits.ts';
import type { FoundFiles, SessionList } from './port.ts';

const MINUTE = 60_000;
const LONG = { timeout: 60_000 };

async function open() {
  const path = await temporaryDatabaseFile();
  const journal = SqliteJournal.open(path);
  const reader = new HistoryReader(SqliteHistory.open(path), {
    progress: noWorkerProgress,
    clock: systemClock,
  });
  await journal.create({ document: 'a', epoch: 'life', kind: 'data' });
  const doc = new Y.Doc();
  const texts = [''];
  let minute = 0;
  return {
    journal,
    reader,
    texts,
    async write(change: (text: Y.Text) => void, { user = 'ada', pause = 0 } = {}) {
      let update: Uint8Array | undefined;
      doc.once('update', (bytes: Uint8Array) => (update = bytes));
      doc.transact(() => change(doc.getText('text')));
      const offset = texts.push(doc.getText('text').toString()) - 1;
      const row = { offset, update: update!, user, subscription: 1, cseq: offset };
      const [outcome] = await journal.append([
        {
          document: 'a',
          epoch: 'life',
          id: `b${offset}`,
          tail: null,
          base: offset - 1,
          rows: [{ ...row, at: (minute += pause) * MINUTE }],
          owners: new Map(),
          bytes: 1,
        },
      ]);
      expect(outcome).toBe('committed');
    },
    compact: () => compactDocument('a', { journal, progress: noWorkerProgress }),
    async textAt(offset: number) {
      const state = await reader.read({ kind: 'state', document: 'a', offset });
      const then = new Y.Doc();
      Y.applyUpdate(then, state as Uint8Array);
      return then.getText('text').toString();
    },
    async rows(after: number, upTo: number) {
      const rows = await reader.read({ kind: 'rows', document: 'a', after, upTo });
      return decodeHistoryRows(rows as Uint8Array);
    },
    list: async (before: number | null = null) =>
      (await reader.read({ kind: 'sessions', document: 'a', before })) as SessionList,
    async [Symbol.asyncDispose]() {
      await reader[Symbol.asyncDispose]();
      await journal[Symbol.asyncDispose]();
    },
  };
}

test('HY3 HY4 every state and every row, wherever compactions have moved them', LONG, async () => {
  const step = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ at: fc.nat(40), text: fc.string({ minLength: 1, maxLength: 3 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ at: fc.nat(40), deleted: fc.integer({ min: 1, max: 5 }) }),
    },
    { weight: 1, arbitrary: fc.constant('compact' as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      await using fixture = await open();
      for (const each of steps) {
        if (each === 'compact') await fixture.compact();
        else
          await fixture.write((text) => {
            const at = Math.min(each.at, text.length);
            if ('text' in each) text.insert(at, each.text);
            else if (at < text.length) text.delete(at, Math.min(each.deleted, text.length - at));
            else text.insert(at, 'x');
          });
      }
      for (const [offset, text] of fixture.texts.entries())
        expect(await fixture.textAt(offset)).toBe(text);
      const rows = await fixture.rows(0, fixture.texts.length + 5);
      expect(rows.map(({ offset }) => offset)).toEqual(fixture.texts.slice(1).map((_, i) => i + 1));
      expect((await fixture.rows(2, 4)).map(({ offset }) => offset)).toEqual(
        [3, 4].filter((offset) => offset < fixture.texts.length),
      );
    }),
    { seed: 29, numRuns: 15 },
  );
});

test('HY2 sessions are listed in pages, over chunks and rows', LONG, async () => {
  await using fixture = await open();
  for (let i = 0; i < 120; i++) {
    for (let n = 0; n < 3; n++)
      await fixture.write((text) => text.insert(0, 'x'), { pause: n === 0 ? 30 : 0 });
    if (i % 7 === 6) await fixture.compact();
  }
  const first = await fixture.list();
  expect(first).toMatchObject({ epoch: 'life', head: 360 });
  expect(first.sessions).toHaveLength(50);
  expect(first.sessions[0]).toMatchObject({
    from: 358,
    to: 360,
    authors: [{ user: 'ada', changes: 3 }],
  });
  const second = await fixture.list(first.next);
  const third = await fixture.list(second.next);
  const all = [first, second, third].flatMap(({ sessions }) => sessions);
  expect(all.map(({ from, to }) => [from, to])).toEqual(
    Array.from({ length: 120 }, (_, i) => [358 - 3 * i, 360 - 3 * i]),
  );
  expect(third.next).toBeNull();
});

test('a document or a row that does not exist is no error', async () => {
  await using fixture = await open();
  await fixture.write((text) => text.insert(0, 'x'));
  expect(await fixture.reader.read({ kind: 'state', document: 'b', offset: 0 })).toBeNull();
  expect(await fixture.reader.read({ kind: 'state', document: 'a', offset: 2 })).toBeNull();
  expect(await fixture.rows(1, 9)).toEqual([]);
  expect(await fixture.list()).toMatchObject({ head: 1, next: null });
});

test('PB5 the position of a document moves with each row, wherever compactions have moved them', async () => {
  await using fixture = await open();
  const read = () => fixture.reader.read({ kind: 'position', document: 'a' });
  const before = await read();
  expect(before).toEqual({ epoch: 'life', timeline: expect.any(String), offset: 0 });
  await fixture.write((text) => text.insert(0, 'x'));
  expect(await read()).toEqual({ ...(before as Position), offset: 1 });
  await fixture.compact();
  expect(await read()).toEqual({ ...(before as Position), offset: 1 });
  expect(await fixture.reader.read({ kind: 'position', document: 'b' })).toBeNull();
});

test('HY3 a state has the words that were deleted, as the originals of copies', async () => {
  await using fixture = await open();
  await fixture.write((text) => text.insert(0, 'gone'));
  await fixture.write((text) => text.delete(0, 4));
  await fixture.compact();
  await fixture.write((text) => text.insert(0, 'x'));
  await fixture.compact();
  const state = await fixture.reader.read({ kind: 'state', document: 'a', offset: 3 });
  expect(Buffer.from(state as Uint8Array).includes('gone')).toBe(true);
  expect(await fixture.textAt(3)).toBe('x');
});

test('HY12 thinned sessions have a beginning and an end, and named moments between', async () => {
  await using fixture = await open();
  const type = async (letters: string, pause: number, user = 'ada') => {
    for (const [i, letter] of [...letters].entries())
      await fixture.write((text) => text.insert(text.length, letter), {
        user,
        pause: i === 0 ? pause : 0,
      });
  };
  await type('abc', 30);
  await fixture.write((text) => text.delete(1, 1));
  await type('defg', 30, 'bob');
  await fixture.compact();
  await type('hij', 30);
  await fixture.compact();
  const before = await fixture.list();
  const thin = { kind: 'thin', document: 'a', before: 100 * MINUTE, pinned: [6] } as const;
  expect(await fixture.reader.read(thin)).toBe(2);
  expect(await fixture.reader.read(thin)).toBe(0);
  expect((await fixture.rows(0, 20)).map(({ offset, user }) => [offset, user])).toEqual([
    [4, 'ada'],
    [6, 'bob'],
    [8, 'bob'],
    [11, 'ada'],
  ]);
  expect(await fixture.list()).toEqual(before);
  const texts = await Promise.all([0, 3, 4, 6, 7, 8, 11].map((offset) => fixture.textAt(offset)));
  expect(texts).toEqual(['', '', 'ac', 'acde', 'acde', 'acdefg', 'acdefghij']);
  const { epoch, timeline } = before;
  const writing = async (offset: number) =>
    await fixture.reader.read({
      ...{ kind: 'writing', document: 'a' },
      writing: { how: 'append', markdown: '', base: { epoch, timeline, offset } },
    });
  const named = await Promise.all([3, 4, 5, 6, 7, 8, 10, 11].map(writing));
  expect(named.map((answer) => answer !== null)).toEqual([
    false,
    true,
    false,
    true,
    false,
    true,
    false,
    true,
  ]);
  // What was typed and deleted within a session is in no row any more.
  const rows = await fixture.rows(0, 4);
  expect(rows.some(({ update }) => Buffer.from(update).includes('b'))).toBe(false);
});

test('FS7 looks for files in every row, wherever compactions have moved them, a few megabytes at a time', async () => {
  await using fixture = await open();
  const [early, late, absent] = [ulid(), ulid(), ulid()];
  await fixture.write((text) => text.insert(0, early));
  await fixture.write((text) => text.delete(0, early.length));
  for (let i = 0; i < 3; i++)
    await fixture.write((text) => text.insert(0, 'x'.repeat(HISTORY.searchedBytes / 2)));
  await fixture.compact();
  await fixture.write((text) => text.insert(0, late));
  const found: string[] = [];
  const ends: (number | null)[] = [];
  let after: number | null = 0;
  while (after !== null) {
    const files = [early, late, absent];
    const answer = await fixture.reader.read({ kind: 'files', document: 'a', after, files });
    const part = answer as FoundFiles;
    found.push(...part.found);
    ends.push((after = part.next));
  }
  expect(found).toEqual([early, late]);
  expect(ends).toEqual([4, null]);
});

test('HY6 CT4 a base is a moment of one epoch in one timeline', async () => {
  await using fixture = await open();
  await fixture.write((text) => text.insert(0, 'x'));
  await fixture.write((text) => text.insert(1, 'y'));
  const { epoch, timeline } = await fixture.list();
  const writing = async (base: Position) =>
    await fixture.reader.read({
      ...{ kind: 'writing', document: 'a' },
      writing: { how: 'append', markdown: '', base },
    });
  const base = { epoch, timeline, offset: 1 };
  expect(await writing(base)).toEqual({ ...base, update: null });
  for (const other of [{ epoch: 'other' }, { timeline: 'other' }, { offset: 3 }])
    expect(await writing({ ...base, ...other })).toBeNull();
});
