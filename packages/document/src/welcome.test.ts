import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { seededBytes } from './testing/pages.ts';
import { fromMarkdown } from './markdown/reader.ts';
import { toMarkdown } from './markdown/writer.ts';
import { writePage } from './page.ts';
import { validatePage } from './validation.ts';
import { WELCOME_MARKDOWN } from './welcome.ts';

test('the welcome document is short, valid, and shows what a page can hold', () => {
  const blocks = fromMarkdown(WELCOME_MARKDOWN);
  const page = new Y.Doc();
  writePage(page, blocks, seededBytes(1));
  expect(validatePage(page)).toEqual([]);
  expect(blocks.length).toBeLessThanOrEqual(35);
  expect(blocks.find((block) => block.type === 'textBlock' && block.attrs?.kind)).toMatchObject({
    attrs: { kind: 'heading2' },
    content: [{ text: 'Try these' }],
  });
  expect(new Set(blocks.map(({ type }) => type))).toEqual(
    new Set(['textBlock', 'quote', 'codeBlock', 'divider']),
  );
  expect(
    new Set(blocks.map((block) => (block.type === 'textBlock' ? block.attrs?.list : undefined))),
  ).toEqual(new Set([undefined, 'task', 'ordered', 'bullet']));
  expect(fromMarkdown(toMarkdown(blocks))).toEqual(blocks);
});
