import { pageRoots } from '@tandem/document';
import { expect, test } from 'vitest';
import * as Y from 'yjs';

import { AnchoredText } from './binding/anchored-text.ts';
import { boundPage, undo } from './binding/binding.ts';
import { openPage, outlineOf, type Page, sharedPage, text } from './headless-page.ts';

function deleteAndUndo({ view }: Page, words: string): void {
  view.select(words, 0, words.length);
  view.dispatch(view.state.tr.deleteSelection());
  undo(view.asView);
}

function sendNotes({ doc }: Page, words: string, notes: readonly (readonly number[])[]): void {
  const peer = new Y.Doc();
  peer.clientID = 99;
  Y.applyUpdate(peer, Y.encodeStateAsUpdate(doc));
  const roots = pageRoots(peer);
  if (words) roots.text.insert(roots.text.length, words);
  for (const [index, note] of notes.entries()) roots.restored.set(`99:${index}`, note);
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(peer, Y.encodeStateVector(doc)), 'network');
}

test('what two people bring back is there once, emoji too (HI4)', () => {
  const { pages, sync } = sharedPage([text('one 😀😁 two')], 2);
  for (const page of pages) deleteAndUndo(page, '😀😁 two');
  sync();
  sync();
  for (const { view } of pages) expect(outlineOf(view)).toEqual(['text "one 😀😁 two"']);
});

test('what two people bring back who reload before they meet is there once with the next command (HI4)', () => {
  const { pages } = sharedPage([text('one two')], 2);
  for (const page of pages) deleteAndUndo(page, 'two');
  const [a, b, reader] = [...pages, pages[0]!].map(({ doc }, index) =>
    openPage(Y.encodeStateAsUpdate(doc), 10 + index),
  ) as [Page, Page, Page];
  let written = 0;
  reader.doc.on('update', (_update: Uint8Array, origin: unknown) => {
    if (origin !== 'network') written++;
  });
  const sync = (): void => {
    for (const from of [a, b, reader])
      for (const to of [a, b, reader])
        Y.applyUpdate(to.doc, Y.encodeStateAsUpdate(from.doc), 'network');
  };
  sync();
  b.view.select('one');
  b.view.type('!');
  sync();
  for (const { view } of [a, b, reader]) expect(outlineOf(view)).toEqual(['text "!one two"']);
  expect(written).toBe(0);
  undo(b.view.asView);
  expect(outlineOf(b.view)).toEqual(['text "one two"']);
});

test('what was there twice before a page was opened is there once with the first command (HI4)', () => {
  const { pages } = sharedPage([text('one two')], 2);
  for (const page of pages) deleteAndUndo(page, 'two');
  const updates = pages.map(({ doc }) => Y.encodeStateAsUpdate(doc));
  const { view } = openPage(Y.mergeUpdates(updates), 10);
  expect(outlineOf(view)).toEqual(['text "one twotwo"']);
  view.select('one');
  view.type('!');
  expect(outlineOf(view)).toEqual(['text "!one two"']);
});

test('a note of more characters than there are costs nothing', () => {
  const { pages } = sharedPage([text('one')], 1);
  sendNotes(pages[0]!, '', [[1, 0, 2, 0, 2 ** 52, 0, 2, 0, 2 ** 52]]);
  expect(outlineOf(pages[0]!.view)).toEqual(['text "one"']);
});

test('100,000 notes of the same characters cost little, and undo goes on', () => {
  const { pages } = sharedPage([text('one')], 1);
  const ranges = Array.from({ length: 50_000 }, () => [0, 2, 1, 3]).flat();
  sendNotes(pages[0]!, 'evil', [
    [1, ...ranges],
    [2, ...ranges],
  ]);
  deleteAndUndo(pages[0]!, 'evil');
  expect(outlineOf(pages[0]!.view)).toEqual(['text "oneevil"']);
});

test('a reader writes nothing, not even over what both had brought back before (WR8)', () => {
  const { pages, sync } = sharedPage([text('one two')], 2);
  for (const page of pages) deleteAndUndo(page, 'two');
  const reader = pages[0]!;
  Object.assign(reader.view, { editable: false });
  const before = Y.getState(reader.doc.store, reader.doc.clientID);
  let written = 0;
  reader.doc.on('update', (_update: Uint8Array, origin: unknown) => {
    if (origin !== 'network') written++;
  });
  sync();
  expect(written).toBe(0);
  expect(Y.getState(reader.doc.store, reader.doc.clientID)).toBe(before);
  sync();
  expect(outlineOf(reader.view)).toEqual(['text "one two"']);
});

test('HI5 AN3 a note of other words draws no anchor to them', () => {
  const { pages } = sharedPage(
    [text('100 euros are for Ada, who waits for them'), text('else:')],
    1,
  );
  const page = pages[0]!;
  const anchors = () => new AnchoredText(boundPage(page.view.state)!);
  const anchor = anchors().create(0, 10)!;
  expect(anchor.quote).toBe('100 euros');
  const { start, end } = anchor;
  page.doc.transact(() => pageRoots(page.doc).text.delete(1, 9), 'network');
  sendNotes(page, '900 euros', [[1, 0, start.client, start.clock, end.clock - start.clock + 1]]);
  expect(outlineOf(page.view)[1]).toBe('text "else:900 euros"');
  expect(anchors().resolve(anchor)).toBeNull();
});

test('HI5 what is copied from a forged copy is noted as a copy of that, not of what it claims to be', () => {
  const { pages } = sharedPage([text('one')], 1);
  const page = pages[0]!;
  const { restored, text: stream } = pageRoots(page.doc);
  const [first] = [...page.doc.store.clients.keys()];
  sendNotes(page, 'evil', [[1, 0, first!, 1, 3]]);
  deleteAndUndo(page, 'evil');
  expect(stream.toString()).toContain('oneevil');
  const own = [...restored.entries()].filter(([key]) => !key.startsWith('99:'));
  expect(own.map(([, value]) => (value as number[])[2])).toEqual([99]);
});
