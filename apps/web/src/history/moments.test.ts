import { pageRoots } from '@tandem/document';
import { differenceBetween } from '@tandem/document/history';
import type { HistoryRow } from '@tandem/protocol';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { Moments } from './moments.ts';

function typed() {
  const doc = new Y.Doc();
  doc.clientID = 1;
  const text = doc.getText('text');
  text.insert(0, 'ab');
  const before = Y.encodeStateAsUpdate(doc);
  const rows: HistoryRow[] = [];
  const write = (user: string, change: () => void) => {
    doc.once('update', (update: Uint8Array) =>
      rows.push({ offset: rows.length + 5, at: 1_000 + rows.length, user, update }),
    );
    doc.transact(change);
  };
  write('ada', () => text.insert(2, 'c'));
  write('bob', () => text.delete(0, 1));
  write('ada', () => text.insert(2, 'd'));
  return { before, rows, after: Y.encodeStateAsUpdate(doc) };
}

const PLACE = { from: 5, to: 7 };

const shown = (doc: Y.Doc) => doc.getText('text').toString();

test('each step is the page after a row, in any order', () => {
  const { before, rows } = typed();
  const moments = new Moments({ ...PLACE, before, rows, after: null });
  expect(moments.lastStep).toBe(3);
  expect([0, 3, 1, 2, 2, 0].map((step) => shown(moments.at(step)))).toEqual([
    'ab',
    'bcd',
    'abc',
    'bc',
    'bc',
    'ab',
  ]);
  expect([0, 1, 3].map((step) => moments.timeAt(step))).toEqual([1_000, 1_000, 1_002]);
});

test('HI5 whose words came back as copies is known where they were deleted in the session', () => {
  const page = new Y.Doc();
  page.clientID = 1;
  const { text, restored } = pageRoots(page);
  text.insert(0, 'word');
  const before = Y.encodeStateAsUpdate(page);
  const rows: HistoryRow[] = [];
  page.on('update', (update: Uint8Array) =>
    rows.push({ offset: rows.length + 2, at: 1, user: 'bob', update }),
  );
  page.clientID = 2;
  text.delete(0, 4);
  page.transact(() => {
    text.insert(0, 'word');
    restored.set('2:0', [1, 0, 1, 0, 4]);
  });
  const moments = new Moments({ ...PLACE, before, rows, after: null });
  const [block] = differenceBetween(null, moments.at(moments.lastStep));
  expect(block!.runs).toMatchObject([{ text: 'word', author: 1 }]);
});

test('HY12 the offset of a step is that of its row, where rows were joined or are too many', () => {
  const { before, rows, after } = typed();
  const joined = new Moments({ ...PLACE, before, rows: [rows[0]!, rows[2]!], after: null });
  expect([0, 1, 2].map((step) => joined.offsetAt(step))).toEqual([4, 5, 7]);
  const ends = new Moments({ ...PLACE, before, rows: [], after });
  expect([0, 1].map((step) => ends.offsetAt(step))).toEqual([4, 7]);
});

test('who deleted a character is known from the row that did', () => {
  const { before, rows } = typed();
  const moments = new Moments({ ...PLACE, before, rows, after: null });
  expect(moments.deletedBy({ client: 1, clock: 0 })).toBe('bob');
  expect(moments.deletedBy({ client: 1, clock: 1 })).toBeNull();
});

test('without rows, a session has a beginning and an end', () => {
  const { before, after } = typed();
  const moments = new Moments({ ...PLACE, before, rows: [], after });
  expect([0, moments.lastStep].map((step) => shown(moments.at(step)))).toEqual(['ab', 'bcd']);
});
