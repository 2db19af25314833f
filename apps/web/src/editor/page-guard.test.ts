import { pageRoots, writePage } from '@tandem/document';
import { expect, test, vi } from 'vitest';
import * as Y from 'yjs';

import { type Page, sharedPage, text } from './headless-page.ts';
import { guardPage } from './page-guard.ts';

/** What a newer version of the editor might write. */
const newer: Record<string, (content: Y.XmlFragment) => void> = {
  'a node': (content) => {
    const callout = new Y.XmlElement('callout');
    callout.insert(0, [new Y.XmlText('precious')]);
    content.insert(1, [callout]);
  },
  'a mark': (content) => {
    const first = content.get(0) as Y.XmlElement;
    (first.get(0) as Y.XmlText).format(0, 4, { highlight: { colour: 'yellow' } });
  },
  'an attribute': (content) => (content.get(0) as Y.XmlElement).setAttribute('align', 'right'),
};

function elsewhere({ doc }: Page, change: (content: Y.XmlFragment) => void): Uint8Array {
  const other = new Y.Doc();
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
  change(pageRoots(other).content);
  return Y.encodeStateAsUpdate(other, Y.encodeStateVector(doc));
}

test.each(Object.entries(newer))(
  '%s that arrives later stops the editor before it can delete anything',
  (_name, change) => {
    const page = sharedPage([text('here'), text('there')], 1).pages[0]!;
    const stopped = vi.fn(() => page.view.destroy());
    guardPage(page.doc, stopped);
    const update = elsewhere(page, change);
    const written: Uint8Array[] = [];
    page.doc.on(
      'update',
      (bytes: Uint8Array, origin: unknown) => origin !== 'network' && written.push(bytes),
    );
    Y.applyUpdate(page.doc, update, 'network');
    Y.applyUpdate(page.doc, elsewhere(page, newer['a node']!), 'network');
    expect(stopped).toHaveBeenCalledTimes(1);
    expect(written).toEqual([]);
    expect(pageRoots(page.doc).content.toString()).toContain('precious');
  },
);

test.each(Object.entries(newer))(
  'a page with %s is not supported from the start',
  (_name, change) => {
    const page = sharedPage([text('here')], 1).pages[0]!;
    page.view.destroy();
    Y.applyUpdate(page.doc, elsewhere(page, change), 'network');
    expect(guardPage(page.doc, () => {}).state).toBe('unsupported');
  },
);

test('without the guard the binding would delete it for everyone', () => {
  const page = sharedPage([text('here')], 1).pages[0]!;
  Y.applyUpdate(page.doc, elsewhere(page, newer['a node']!), 'network');
  expect(pageRoots(page.doc).content.toString()).not.toContain('precious');
});

test('lets all that this version knows through, until it is released', () => {
  const doc = new Y.Doc();
  writePage(doc, [text('a')], (length) => new Uint8Array(length));
  const stopped = vi.fn();
  const guard = guardPage(doc, stopped);
  expect(guard.state).toBe('supported');
  pageRoots(doc).content.insert(0, [new Y.XmlElement('divider')]);
  expect(stopped).not.toHaveBeenCalled();
  guard.release();
  pageRoots(doc).content.insert(0, [new Y.XmlElement('callout')]);
  expect(stopped).not.toHaveBeenCalled();
});
