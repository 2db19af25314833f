import type { Node } from '@tiptap/pm/model';
import { expect, test } from 'vitest';

import { schema, text } from './headless-page.ts';
import { isBlank } from './placeholder.ts';

function page(...blocks: readonly Node[]): Node {
  return schema.node('doc', null, [...blocks]);
}

const block = (content: string, attributes = {}) => schema.nodeFromJSON(text(content, attributes));

test('empty paragraphs are a blank page, also in sections', () => {
  expect(isBlank(page(block('')))).toBe(true);
  expect(isBlank(page(block(''), block('')))).toBe(true);
  expect(isBlank(page(schema.node('section', null, [block(''), block('')])))).toBe(true);
});

test('words, items, dividers and code are not', () => {
  expect(isBlank(page(block(''), block('tide')))).toBe(false);
  expect(isBlank(page(block('', { list: 'task' })))).toBe(false);
  expect(isBlank(page(block(''), schema.node('divider')))).toBe(false);
  expect(isBlank(page(schema.node('codeBlock')))).toBe(false);
});
