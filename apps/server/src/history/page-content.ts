/** What programs read of a page and write into it, computed from the bytes of its state. */
import { randomBytes } from 'node:crypto';
import { appendBlocks, readPage } from '@tandem/document';
import { type Anchor, createAnchor, PageText } from '@tandem/document/anchors';
import { replaceByMarkdown } from '@tandem/document/markdown-replacing';
import { fromMarkdown } from '@tandem/document/markdown-reader';
import { toMarkdown } from '@tandem/document/markdown-writer';
import { pageRoots } from '@tandem/document';
import { arrangePage, AttributeIndex, FormatTable, readSegments } from '@tandem/document/stream';
import * as Y from 'yjs';
import type { PageFormat, PageWriting } from './port.ts';

export function readPageAs(state: Uint8Array, format: PageFormat): string {
  return withPage(state, (doc) =>
    format === 'markdown' ? toMarkdown(doc) : JSON.stringify(readPage(doc)),
  );
}

/** @returns an update of Yjs; null where nothing changes. */
export function writePageAs(state: Uint8Array, { how, markdown }: PageWriting): Uint8Array | null {
  if (how === 'replace') return replaceByMarkdown(state, markdown, randomBytes);
  const blocks = fromMarkdown(markdown);
  if (blocks.length === 0) return null;
  return withPage(state, (doc) => {
    let update: Uint8Array | null = null;
    doc.on('update', (bytes) => (update = bytes));
    doc.transact(() => appendBlocks(doc, blocks, randomBytes));
    return update;
  });
}

/** @returns null where no words of the page read so. */
export function findAnchor(state: Uint8Array, quote: string): Anchor | null {
  return withPage(state, (doc) => {
    const { text, attributes } = pageRoots(doc);
    const index = new AttributeIndex(attributes);
    const segments = readSegments({ text, attributes: index, formats: new FormatTable() });
    const page = new PageText(arrangePage(segments).blocks);
    const from = page.text.indexOf(quote);
    return from < 0 ? null : createAnchor(page, { from, to: from + quote.length });
  });
}

function withPage<T>(state: Uint8Array, use: (doc: Y.Doc) => T): T {
  const doc = new Y.Doc();
  try {
    Y.applyUpdate(doc, state);
    return use(doc);
  } finally {
    doc.destroy();
  }
}
