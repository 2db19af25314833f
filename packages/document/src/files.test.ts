import { expect, test } from 'vitest';
import { referencedFiles } from './files.ts';
import { pageOf } from './testing/pages.ts';

const file = (id: string) => `01JD9X6Z7S8K3Q2M5N4P6R000${id}`;

test('PM11 a page refers to the files of its images and files, also in quotes', () => {
  const page = pageOf([
    { type: 'textBlock', content: [{ type: 'text', text: file('9') }] },
    { type: 'image', attrs: { id: 'a', file: file('1') } },
    { type: 'quote', content: [{ type: 'file', attrs: { id: 'b', file: file('2') } }] },
    { type: 'image', attrs: { id: 'c', file: file('1') } },
    { type: 'image', attrs: { id: 'd' } },
  ]);
  expect(referencedFiles(page)).toEqual([file('1'), file('2')]);
  page.getMap('attributes').set('a.file', file('3'));
  expect(referencedFiles(page)).toEqual([file('1'), file('2'), file('3')]);
  page.getText('text').delete(0, page.getText('text').length);
  expect(referencedFiles(page)).toEqual([]);
});
