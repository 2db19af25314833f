import { expect, test } from 'vitest';
import type { Block, Inline, TextBlock } from './blocks.ts';
import { readableText, searchParts } from './text.ts';
import { EVERYTHING } from './testing/pages.ts';

const item = (words: string, attrs: TextBlock['attrs'] = {}): Block => ({
  type: 'textBlock',
  attrs,
  content: words
    .split('\n')
    .flatMap((text, index): Inline[] => [
      ...(index > 0 ? [{ type: 'hardBreak' } as const] : []),
      { type: 'text', text },
    ]),
});

test('a page is the text that is read, with nothing escaped', () => {
  expect(readableText(EVERYTHING)).toBe(
    'Title\nplain all\nbelow\n\n- one\n  a. two\n[x] three\n> said\nlet a;\n\tlet b;\n---\n' +
      '[Boats [three] beside a quay] The quay at "high" water\n[Gezeiten 2026.pdf] All tides & currents',
  );
  expect(readableText([item('5 * 3 *_2_* <b> `x`\n# y')])).toBe('5 * 3 *_2_* <b> `x`\n# y');
});

test('further lines of an item, and quotes in it, are below its first line', () => {
  const blocks: Block[] = [
    item('five\nmore', { list: 'ordered', start: 9 }),
    item('ten\nmore', { list: 'ordered' }),
    { type: 'quote', content: [item('said\nagain'), { type: 'textBlock' }, { type: 'codeBlock' }] },
  ];
  expect(readableText(blocks)).toBe('9. five\n   more\n10. ten\n    more\n> said\n> again\n>\n>');
});

const paragraph = (at: number, words = 40) => item(`Paragraph ${at} ${'tide '.repeat(words)}`);

test('SE4 parts for a search have the whole text, in pieces of bounded size', () => {
  const blocks = Array.from({ length: 200 }, (_, at) => paragraph(at));
  const parts = searchParts(blocks, Infinity);
  expect(parts.join('\n')).toBe(readableText(blocks));
  expect(parts.length).toBeGreaterThan(10);
  for (const part of parts) expect(part.length).toBeLessThanOrEqual(4_000);
});

test('SE4 an edit changes one part, and the parts after it stay the same', () => {
  const blocks = Array.from({ length: 200 }, (_, at) => paragraph(at));
  const before = new Set(searchParts(blocks, Infinity));
  for (const at of [0, 50, 199]) {
    const edited = searchParts(blocks.with(at, paragraph(at, 41)), Infinity);
    // An edit of a part's last block may also move its end.
    expect(edited.filter((part) => !before.has(part)).length).toBeLessThanOrEqual(2);
  }
});

test('SE4 a block that is longer than a part is cut, and a very long page is not read to its end', () => {
  const parts = searchParts([item('x'.repeat(20_000))], 10_000);
  expect(parts.map(({ length }) => length)).toEqual([4_000, 4_000, 2_000]);
  expect(searchParts([], 10_000)).toEqual([]);
});
