import { appendBlocks, type Block, readPage, validatePage } from '@tandem/document';
import { fromMarkdown } from '@tandem/document/markdown-reader';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { BUILT_IN_TEMPLATES } from './built-in-templates.ts';
import { BUILT_IN_TEXTS } from './built-in-texts.ts';

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

test.each(BUILT_IN_TEMPLATES)(
  'TM5 the template %s becomes headings and lists, to be filled in',
  (name) => {
    const blocks = fromMarkdown(BUILT_IN_TEXTS[name]);
    const doc = new Y.Doc();
    appendBlocks(doc, blocks, randomBytes);
    expect(validatePage(doc)).toMatchObject([]);
    const read = readPage(doc);
    const kinds = read.map((block) => (block.type === 'textBlock' ? block.attrs : {}));
    expect(kinds).toContainEqual(expect.objectContaining({ kind: 'heading2' }));
    expect(kinds).toContainEqual(expect.objectContaining({ list: 'task' }));
    // Every sign of Markdown was understood, also in the empty items, on which people write.
    expect(read.map(textOf).join('\n')).not.toMatch(/[*_#[\]|]|^\s*[->]/m);
  },
);

function textOf(block: Block): string {
  if (block.type === 'quote') return (block.content ?? []).map(textOf).join('\n');
  if (block.type !== 'textBlock') return '';
  return (block.content ?? []).map((node) => (node.type === 'text' ? node.text : '\n')).join('');
}
