import { type Block, pageRoots, writePage } from '@tandem/document';
import { expect, test, vi } from 'vitest';
import * as Y from 'yjs';

import { guardPage } from './page-guard.ts';

const newer: Record<string, (doc: Y.Doc) => void> = {
  'a kind of block': (doc) => pageRoots(doc).text.insertEmbed(0, { id: 'x', type: 'callout' }),
  'an embed': (doc) => pageRoots(doc).text.insertEmbed(2, { mention: 'precious' }),
  'a mark': (doc) => pageRoots(doc).text.format(1, 3, { highlight: { colour: 'yellow' } }),
  'an attribute': (doc) => void pageRoots(doc).attributes.set('a.align', 'right'),
};

const textBlock = (text: string): Block => ({
  type: 'textBlock',
  attrs: { id: 'a' },
  content: [{ type: 'text', text }],
});

function pageOf(...blocks: Block[]): Y.Doc {
  const doc = new Y.Doc();
  writePage(doc, blocks, (length) => new Uint8Array(length));
  return doc;
}

function elsewhere(doc: Y.Doc, change: (doc: Y.Doc) => void): Uint8Array {
  const other = new Y.Doc();
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
  change(other);
  return Y.encodeStateAsUpdate(other, Y.encodeStateVector(doc));
}

test.each(Object.entries(newer))(
  '%s that arrives later stops the editor before it sees it',
  (_name, change) => {
    const doc = pageOf(textBlock('here'));
    const told: string[] = [];
    const observe = (): void => void told.push('editor');
    const stopped = vi.fn(() => pageRoots(doc).text.unobserve(observe));
    pageRoots(doc).text.observe(observe);
    guardPage(doc, stopped);
    Y.applyUpdate(doc, elsewhere(doc, change), 'network');
    Y.applyUpdate(doc, elsewhere(doc, newer['an embed']!), 'network');
    expect(stopped).toHaveBeenCalledTimes(1);
    expect(told).toEqual([]);
    expect(JSON.stringify(pageRoots(doc).text.toDelta())).toContain('precious');
  },
);

test.each(Object.entries(newer))(
  'a page with %s is not supported from the start',
  (_name, change) => {
    const doc = pageOf(textBlock('here'));
    Y.applyUpdate(doc, elsewhere(doc, change), 'network');
    expect(guardPage(doc, () => {}).state).toBe('unsupported');
  },
);

test('lets all that this version knows through, until it is released', () => {
  const doc = pageOf(textBlock('a'));
  const { text } = pageRoots(doc);
  const stopped = vi.fn();
  const guard = guardPage(doc, stopped);
  expect(guard.state).toBe('supported');
  text.insertEmbed(0, { id: 'line', type: 'divider' });
  expect(stopped).not.toHaveBeenCalled();
  guard.release();
  text.insertEmbed(0, { id: 'x', type: 'callout' });
  expect(stopped).not.toHaveBeenCalled();
});
