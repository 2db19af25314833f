import type { ActivityState, LibraryState, ListedDocument } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { shownDocuments, matches } from './shown-document.ts';

const listed = (id: string, updatedAt: number): ListedDocument => ({
  id,
  kind: 'page',
  title: id,
  role: 'owner',
  parent: null,
  position: 'a0',
  excerpt: 'at first',
  createdAt: 0,
  updatedAt,
  chatRead: 3,
});
const library: LibraryState = {
  type: 'library',
  user: { id: 'ada', name: 'Ada', color: 1 },
  documents: [listed('new', 9), listed('old', 2)],
  next: null,
};
const activity = (updatedAt: number, chatHead: number): ActivityState => ({
  type: 'activity',
  documents: {
    old: { excerpt: 'now', updatedAt, present: [], chatHead, chatImported: 0, chatDeleted: [] },
  },
});

test('without activity, the list is the library', () => {
  expect(shownDocuments(library, null)).toMatchObject([
    { id: 'new', excerpt: 'at first', updatedAt: 9, unread: 0 },
    { id: 'old', excerpt: 'at first', updatedAt: 2, unread: 0 },
  ]);
});

test('newer activity counts, and moves a document to the top', () => {
  expect(shownDocuments(library, activity(12, 5))).toMatchObject([
    { id: 'old', excerpt: 'now', updatedAt: 12, unread: 2 },
    { id: 'new', updatedAt: 9, unread: 0 },
  ]);
});

test('messages that were deleted before they were read are not unread', () => {
  const news = activity(12, 5);
  news.documents['old']!.chatDeleted = [{ from: 4, to: 4 }];
  expect(shownDocuments(library, news)).toMatchObject([{ id: 'old', unread: 1 }, { unread: 0 }]);
});

test('a new title is newer than the text, and a chat that was read on another device is not unread', () => {
  expect(shownDocuments(library, activity(1, 2))).toMatchObject([
    { id: 'new' },
    { id: 'old', excerpt: 'now', updatedAt: 2, unread: 0 },
  ]);
});

const document = { title: 'Gezeiten für März', excerpt: 'Wir messen täglich 潮位' };

test.each(['', '  ', 'gezeiten', 'MARZ', 'marz gez', 'taglich', 'eit', '潮'])(
  '“%s” finds it',
  (filter) => {
    expect(matches(document, filter)).toBe(true);
  },
);

test.each(['april', 'gezeiten april'])('“%s” does not', (filter) => {
  expect(matches(document, filter)).toBe(false);
});
